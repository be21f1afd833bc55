// Types and functions that need each other: a base type and its input and output functions, a range type and its canonical function. Postgres makes them in three
// steps, CREATE TYPE name (a shell), the functions, CREATE TYPE name (…): https://www.postgresql.org/docs/15/sql-createtype.html, "Base Types".
// So they are two objects: the type, which is the shell, and its definition, a part of it. The functions need the type, the definition needs the functions, and
// everything else that speaks of the type needs the definition (lower/link.cpp sees to that). Owner, comment and grants are the definition's: a shell of another
// owner can't be defined. Both are one row of pg_type: what the catalogs say of it is the definition's, the type has the alias 'pg_type:OID:1'.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kinds/kind.h"
#include "kinds/lower_context.h"

namespace lpc::kinds::staged {

ObjectId definition_of(const ObjectId& type);
bool is_definition(const ObjectId& id);
/// The object that has the type's owner, comment and grants: its definition, if it has one.
const Object& holder(const Object& type, const Catalog& catalog);

/// Adds the definition of a type that was added just now, and moves what belongs to it over. `functions` are those that it needs, as SQL texts.
Object* add_definition(Object& type, const std::vector<std::string>& functions, LowerContext& context);
/// For a definition's `edges`: the functions that add_definition() was given.
void link_functions(const Object& definition, LinkContext& context);
inline constexpr AttributeRule kFunctionsRule{.name = "_functions", .content = Content::list, .ignored = true};

/// For `normalise`: the type's own owner is neither kept nor filled in, since it is the definition's.
void lend_owner(CatalogBuilder& builder, KindId kind);

/// The address of both: schema.name.
Sql address(const ObjectId& id);
/// DROP TYPE … CASCADE for a definition, which takes its functions with it; nothing for the shell of one; DROP TYPE for any other type.
void drop(const Object& object, const ChangeContext& context, Action& action);
/// A definition goes before its functions, the type after them.
bool is_dropped_apart(const Object& object, const ChangeContext& context);
/// Whether the function goes with the definition of a type that needs it: no statement could drop it before, or after.
bool takes_along(const Object& function, const ChangeContext& context);

}  // namespace lpc::kinds::staged
