#include "kinds/keys.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/sql.h"
#include "base/text.h"

namespace lpc::kinds::keys {
namespace {

/// What any declaration may have.
constexpr std::array kCommon = std::to_array<std::string_view>({"security_label", "comment", "key", "owner", "signature"});

std::string spoken_word(std::string_view word) {
  std::string text(word);
  std::ranges::replace(text, '_', ' ');
  return text;
}

}  // namespace

void each(const ast::Decl& decl, LowerContext& context, std::string_view about, const std::vector<std::string_view>& known,
          const std::function<bool(const Key&)>& take) {
  std::set<std::string> seen;
  for (const ast::Clause* clause : decl.all("key")) {
    if (clause->values.size() < 2) continue;
    const std::string& name = clause->values.front().name.last();
    if (!seen.insert(name).second) {
      context.error(diag::make(diag::Code::kConflictingClauses, clause->span, about, name, name));
      continue;
    }
    if (take({name, clause->values[1], clause->span})) continue;
    context.error(diag::make(diag::Code::kUnknownKey, clause->span, about, name)
                      .with_suggestion(name, {known.begin(), known.end()}, clause->values.front().span));
  }
}

void reject_others(const ast::Decl& decl, LowerContext& context, std::string_view about, std::initializer_list<std::string_view> allowed) {
  for (const ast::Clause& clause : decl.clauses) {
    if (std::ranges::find(kCommon, clause.word) != kCommon.end() || std::ranges::find(allowed, clause.word) != allowed.end()) continue;
    context.error(diag::make(diag::Code::kUnexpectedInput, clause.span, "`" + spoken_word(clause.word) + "`", fmt::format("a clause of {}", about)));
  }
}

std::string text(const ast::Value& value) {
  if (value.shape != ast::Shape::word) return value.text;
  // The symbols of an operator come as words of their own.
  std::string out = value.text;
  if (!out.empty() && !(out.front() >= 'a' && out.front() <= 'z')) std::erase(out, ' ');
  return out;
}

std::string name_text(const ast::Value& value) {
  if (value.shape == ast::Shape::word) return ident(value.text).text;
  if (value.shape != ast::Shape::name) return value.text;
  const std::string_view schema = value.name.qualifier();
  return qualified(schema == "pg_catalog" ? std::string_view() : schema, value.name.last()).text;
}

ast::Name name(const Key& key, LowerContext& context) {
  if (key.value.shape == ast::Shape::name) return key.value.name;
  context.error(diag::make(diag::Code::kWrongValue, key.span, key.name, "a name"));
  return {};
}

bool flag(const Key& key, LowerContext& context) {
  const std::string value = to_lower_ascii(text(key.value));
  if (value == "true" || value == "on") return true;
  if (value != "false" && value != "off") context.error(diag::make(diag::Code::kWrongValue, key.span, key.name, "`true` or `false`"));
  return false;
}

}  // namespace lpc::kinds::keys
