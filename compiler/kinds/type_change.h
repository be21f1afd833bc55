// What changing a column's type means: whether values need an explicit conversion, whether the table is rewritten, whether values may be lost.
// The rules are those of src/backend/parser/parse_coerce.c and ATColumnChangeRequiresRewrite() in src/backend/commands/tablecmds.c for the types of pg_catalog;
// of others it knows what the catalogs say (enums, domains). Works on types in format_type()'s spelling.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "frontend/ddl_statement.h"

namespace lpc::kinds {

struct TypeParts {
  std::string base;                     ///< "numeric", "timestamp with time zone", `shop."Mood"`
  std::vector<std::string> modifiers;   ///< "12", "2"
  bool array = false;
};
TypeParts type_parts(std::string_view type);

struct TypeChange {
  bool rewrites = false;
  bool narrows = false;                 ///< there are values of the old type that the new one can't hold
  bool may_fail = false;                ///< conversion by text: not every value has the new type's form
};
TypeChange type_change(std::string_view from, std::string_view to, const Catalog& before, const Catalog& after);

/// The types to cast through, one after the other, when Postgres has no implicit or assignment cast ("text", "shop.mood"); empty when it has one.
std::vector<std::string> conversion(std::string_view from, std::string_view to, const Catalog& before, const Catalog& after);

/// Whether it can be made anew under the same name: it isn't Postgres's own.
bool can_have_new_form(std::string_view type);
/// The column or attribute with the `@using` that takes its values from a type to the new form of that type, which is made anew under the same name: through text, or where a domain
/// has another base type, by the cast between the two if there is one. As it is when the type can't be made anew: then it is the collation that is.
Object to_new_form(Object column, std::string_view type, const Catalog& before, const Catalog& after);

/// pg_type.typstorage of types whose values can be stored out of line ("extended" or "main"), and of base types that the catalog has.
std::string_view toastable_storage(std::string_view type, const Catalog& catalog);
/// The type that a domain stands for, through all levels; the type itself when it is none.
std::string base_type(std::string_view type, const Catalog& catalog);
/// The btree operator family that compares values of the type with each other and with those of other types, as in `\dAf btree`; the type itself where it has one of its own.
std::string comparison_family(std::string_view type, const Catalog& catalog);
/// The domain of that name as CREATE DOMAIN would make it; nothing when there is none.
std::optional<frontend::DomainClause> domain_clause(std::string_view type, const Catalog& catalog);
/// Whether values of it must pass a domain's NOT NULL or CHECK.
bool is_constrained_domain(std::string_view type, const Catalog& catalog);
/// The same by what `find` says of domains.
bool is_constrained_domain(std::string_view type, const std::function<std::optional<frontend::DomainClause>(const std::string&)>& find);

}  // namespace lpc::kinds
