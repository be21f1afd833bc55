// What text search parsers and templates share: both are a set of functions under fixed keys. They belong to no one, only a superuser can make them, and nothing
// of them can be altered but name, schema and comment. Knows neither of the two.
#pragma once

#include <span>
#include <string_view>

#include "kinds/kind.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"

namespace lpc::kinds::text_search {

// For the queries: the function that the catalog row `t` has in that column.
#define LPC_TEXT_SEARCH_FUNCTION(column, name)                                                                                            \
  "  (select case when fn.nspname = 'pg_catalog' then quote_ident(f.proname) else format('%I.%I', fn.nspname, f.proname) end\n"           \
  "   from pg_proc f join pg_namespace fn on fn.oid = f.pronamespace where f.oid = t." column ") as " name ",\n"

/// The keys that a declaration may have, in the order in which they are written.
struct Key {
  std::string_view name;
  bool needed;
};

/// `word` is the kind's in .lp: "text search parser".
void lower(const ast::Decl& decl, KindId kind, std::string_view word, std::span<const Key> keys, LowerContext& context);
/// `attribute` of each object of kind `users`: one that names a `kind` without a schema means one that the sources declare next to it or in public, else one of
/// pg_catalog's.
void qualify(CatalogBuilder& builder, KindId users, std::string_view attribute, KindId kind);
void create(const Object& object, std::string_view sql_name, std::span<const Key> keys, Action& action);
void print(const Object& object, std::string_view word, std::span<const Key> keys, const Catalog& catalog, LpWriter& writer);

}  // namespace lpc::kinds::text_search
