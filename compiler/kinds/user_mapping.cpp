#include "kinds/common.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"

namespace lpc::kinds {
namespace {

constexpr IntrospectQuery kQueries[] = {{.sql = "select '' as _name where false"}};
void lower_it(const ast::Decl&, LowerContext&) {}
void create_it(const Object&, const ChangeContext&, Action&) {}
void print_it(const Object&, const Catalog&, LpWriter&) {}
constexpr AttributeRule kRules[] = {kCommentRule};

}  // namespace

constexpr Kind kUserMapping = {
    .id = KindId::UserMapping,
    .sql_name = "USER MAPPING",
    .declared_as = {},
    .introspect = kQueries,
    .lower = lower_it,
    .normalise = nullptr,
    .edges = nullptr,
    .create = create_it,
    .drop = drop_plain,
    .rename = nullptr,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_qualified,
    .attributes = kRules,
    .print_lp = print_it,
    .slots = nullptr,
    .traits = {},
};
static_assert(is_complete(kUserMapping));

}  // namespace lpc::kinds
