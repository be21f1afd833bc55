// The identity of a database object: its kind and its name. Never an OID: the same object has the same id in every database.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/name.h"

namespace lpc {

enum class KindId : std::uint8_t {
#define KIND(enumerator, constant, name) enumerator,
#include "kinds/kinds.def"
#undef KIND
};

/// "table", "materialized view", … as in kinds.def.
std::string_view kind_name(KindId kind);
std::optional<KindId> kind_by_name(std::string_view name);
inline constexpr std::size_t kKindCount = 0
#define KIND(enumerator, constant, name) +1
#include "kinds/kinds.def"
#undef KIND
    ;

struct ObjectId {
  KindId kind{};
  Name schema;             ///< "" for what belongs to no schema
  Name name;               ///< the object's own name, or that of the relation or domain that holds a member
  Name member;             ///< a column, constraint, trigger, policy or rule of `name`; "" otherwise
  Name arguments;          ///< a routine's input types, as pg_get_function_identity_arguments() without names: "integer, text"

  /// `table shop.users`, `column shop.users.email`, `function shop.f(integer, text)`; names quoted where Postgres would.
  std::string text() const;
  /// The text without the kind.
  std::string path() const;
  /// The reverse of text(); nothing when it isn't one.
  static std::optional<ObjectId> parse(std::string_view text);
  /// The last name: the member's when there is one.
  const Name& own_name() const { return member.empty() ? name : member; }

  friend bool operator==(const ObjectId&, const ObjectId&) = default;
};

/// By kind name, schema, name, member, arguments: the order of every list of objects.
bool operator<(const ObjectId& a, const ObjectId& b);

/// Into a list in that order, once.
void add_sorted(std::vector<ObjectId>& list, const ObjectId& id);

struct ObjectIdHash {
  std::size_t operator()(const ObjectId& id) const;
};

}  // namespace lpc
