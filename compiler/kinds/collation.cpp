// Collations. https://www.postgresql.org/docs/15/sql-createcollation.html
// Nothing of a collation can be altered but its name, schema, owner and comment. The version that a library reports is a fact of the machine, not of the schema.
#include <algorithm>
#include <iterator>

#include "kinds/common.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kCollationDeclaredAs[] = {"collation"};
constexpr std::string_view kTextKeys[] = {"provider", "locale", "lc_collate", "lc_ctype", "rules"};

#define LP_COLLATION_QUERY(locale_columns)                                                                                              \
  "select n.nspname as _schema, c.collname as _name, 'pg_collation:' || c.oid as _aliases,\n"                                           \
  "  pg_get_userbyid(c.collowner) as owner, d.description as comment,\n"                                                                 \
  "  case c.collprovider when 'i' then 'icu' when 'b' then 'builtin' when 'd' then 'default' end as provider,\n"                         \
  "  not c.collisdeterministic as nondeterministic,\n" locale_columns                                                                    \
  "from pg_collation c\n"                                                                                                               \
  "join pg_namespace n on n.oid = c.collnamespace\n"                                                                                    \
  "left join pg_description d on d.objoid = c.oid and d.classoid = 'pg_collation'::regclass and d.objsubid = 0\n"                        \
  "where {user_schema:n} and {not_member:pg_collation:c.oid}"

/// lc_collate and lc_ctype only when they differ; `locale` says both.
constexpr IntrospectQuery kCollationQueries[] = {
    {.sql = LP_COLLATION_QUERY("  case when c.collprovider = 'c' and c.collcollate = c.collctype then c.collcollate else c.colllocale end as locale,\n"
                               "  case when c.collcollate <> c.collctype then c.collcollate end as lc_collate,\n"
                               "  case when c.collcollate <> c.collctype then c.collctype end as lc_ctype,\n"
                               "  c.collicurules as rules\n"),
     .from_version = 170000},
    {.sql = LP_COLLATION_QUERY("  case when c.collprovider = 'c' and c.collcollate = c.collctype then c.collcollate else c.colliculocale end as locale,\n"
                               "  case when c.collcollate <> c.collctype then c.collcollate end as lc_collate,\n"
                               "  case when c.collcollate <> c.collctype then c.collctype end as lc_ctype,\n"
                               "  c.collicurules as rules\n"),
     .from_version = 160000},
    {.sql = LP_COLLATION_QUERY("  case when c.collprovider = 'c' and c.collcollate = c.collctype then c.collcollate else c.colliculocale end as locale,\n"
                               "  case when c.collcollate <> c.collctype then c.collcollate end as lc_collate,\n"
                               "  case when c.collcollate <> c.collctype then c.collctype end as lc_ctype\n"),
     .from_version = 150000},
    {.sql = LP_COLLATION_QUERY("  case when c.collcollate = c.collctype then c.collcollate end as locale,\n"
                               "  case when c.collcollate <> c.collctype then c.collcollate end as lc_collate,\n"
                               "  case when c.collcollate <> c.collctype then c.collctype end as lc_ctype\n")},
};
#undef LP_COLLATION_QUERY

void lower_collation(const ast::Decl& decl, LowerContext& context) {
  Object* object = context.add(decl, {KindId::Collation, context.schema_of(decl.name), decl.name.last(), "", ""});
  if (object == nullptr || object->external) return;
  for (const ast::Clause* key : decl.all("key")) {
    const std::string& name = key->values.front().name.last();
    const std::string text = key->values.size() < 2 ? std::string() : key->values[1].text;
    const auto rule = std::find(std::begin(kTextKeys), std::end(kTextKeys), name);
    if (rule != std::end(kTextKeys)) {
      if (!(*rule == "provider" && text == "libc")) object->attributes.set(*rule, Value(text));
    } else if (name == "deterministic") {
      object->attributes.set("nondeterministic", Value(text == "false"));
    } else {
      context.error(diag::make(diag::Code::kUnknownKey, key->span, "a collation", name)
                        .with_suggestion(name, {"provider", "locale", "lc_collate", "lc_ctype", "rules", "deterministic"}, key->values.front().span));
    }
  }
  const bool has_locale = object->attributes.has("locale") || (object->attributes.has("lc_collate") && object->attributes.has("lc_ctype"));
  if (!has_locale) context.error(diag::make(diag::Code::kMissingClause, decl.name_span, "collation `" + decl.name.last() + "`", "locale = …"));
}

void create_collation(const Object& object, const ChangeContext&, Action& action) {
  std::vector<Sql> parts;
  for (const std::string_view key : kTextKeys) {
    if (object.attributes.has(key)) parts.push_back(sql("{} = {}", fragment(key), literal(object.attributes.text(key))));
  }
  if (object.attributes.flag("nondeterministic")) parts.push_back(fragment("deterministic = false"));
  action.sql.push_back(sql("CREATE COLLATION {} ({})", address_qualified(object.id), join(parts, ", ")));
}

void print_collation(const Object& object, const Catalog&, LpWriter& writer) {
  writer.doc(object).word("collation").name(object.id.schema, object.id.name).owner(object).comment_clause(object);
  writer.open().line();
  for (const std::string_view key : kTextKeys) {
    if (object.attributes.has(key)) writer.word(key).word("=").string(object.attributes.text(key)).line();
  }
  if (object.attributes.flag("nondeterministic")) writer.word("deterministic = false").line();
  writer.close().line();
}

std::vector<std::string> collation_slots(const Object& object) {
  return {"collation " + qualified(object.id.schema, object.id.name).text};
}

constexpr AttributeRule kCollationRules[] = {
    {.name = "provider", .content = Content::text},
    {.name = "locale", .content = Content::text},
    {.name = "lc_collate", .content = Content::text},
    {.name = "lc_ctype", .content = Content::text},
    {.name = "rules", .content = Content::text},
    {.name = "nondeterministic", .content = Content::flag},
    kOwnerRule,
    kCommentRule,
};

}  // namespace

constexpr Kind kCollation = {
    .id = KindId::Collation,
    .sql_name = "COLLATION",
    .declared_as = kCollationDeclaredAs,
    .introspect = kCollationQueries,
    .lower = lower_collation,
    .normalise = nullptr,
    .edges = nullptr,
    .create = create_collation,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_qualified,
    .attributes = kCollationRules,
    .print_lp = print_collation,
    .slots = collation_slots,
    .traits = {.swappable = true, .found_in = "pg_collation where oid >= 16384"},
};
static_assert(is_complete(kCollation));

}  // namespace lpc::kinds
