// The kinds of kinds.def as one table. Nothing registers itself: a constant that is missing is a link error.
#include "kinds/kind.h"

#include <array>
#include <unordered_map>

#include "base/result.h"

namespace lpc::kinds {
namespace {

constexpr std::array<const Kind*, kKindCount> kKinds = {
#define KIND(enumerator, constant, name) &constant,
#include "kinds/kinds.def"
#undef KIND
};

class RegisteredNames final : public AttributeNames {
 public:
  std::string_view find(KindId id, std::string_view name) const override {
    const AttributeRule* found = rule(kind(id), name);
    return found == nullptr ? std::string_view() : found->name;
  }

  std::vector<std::string> all(KindId id) const override {
    std::vector<std::string> names;
    for (const AttributeRule& attribute : kind(id).attributes) names.emplace_back(attribute.name);
    return names;
  }
};

std::unordered_map<std::string_view, const Kind*> kinds_by_word() {
  std::unordered_map<std::string_view, const Kind*> kinds;
  for (const Kind* entry : kKinds) {
    for (const std::string_view word : entry->declared_as) kinds.emplace(word, entry);
  }
  return kinds;
}

}  // namespace

const Kind& kind(KindId id) {
  const auto position = static_cast<std::size_t>(id);
  LP_CHECK(position < kKinds.size());
  return *kKinds[position];
}

std::span<const Kind* const> all_kinds() { return kKinds; }

const Kind* kind_declared_as(std::string_view decl_kind) {
  static const auto kinds = kinds_by_word();
  const auto found = kinds.find(decl_kind);
  return found == kinds.end() ? nullptr : found->second;
}

const AttributeRule* rule(const Kind& kind, std::string_view attribute) {
  for (const AttributeRule& entry : kind.attributes) {
    if (entry.name == attribute) return &entry;
  }
  return nullptr;
}

bool holds_sql(const AttributeRule& rule) {
  return rule.has_sql || rule.content == Content::expression || rule.content == Content::query || rule.content == Content::statement;
}

const AttributeNames& attribute_names() {
  static const RegisteredNames names;
  return names;
}

bool Alteration::has(std::string_view name) const {
  for (const std::string_view entry : changed) {
    if (entry == name) return true;
  }
  return false;
}

}  // namespace lpc::kinds
