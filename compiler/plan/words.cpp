#include "plan/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/line_diff.h"
#include "base/text.h"

namespace lpc::plan {

namespace {

constexpr std::size_t kLongText = 72;      // characters; what is longer is shown below its name

const std::map<std::string_view, std::string_view>& special_words() {
  static const std::map<std::string_view, std::string_view> kWords{
      {"bypassrls", "bypassing row level security"}, {"combinefunc", "combine function"}, {"createdb", "creating databases"}, {"createrole", "creating roles"},
      {"deserialfunc", "deserial function"}, {"elements", "columns"}, {"finalfunc", "final function"}, {"finalfunc_extra", "final function extra"}, {"finalfunc_modify", "final function modify"},
      {"initcond", "initial condition"}, {"inout", "through input and output"}, {"is_default", "default"}, {"login", "allowed to log in"},
      {"mfinalfunc", "moving final function"}, {"minitcond", "moving initial condition"}, {"minvfunc", "moving inverse function"}, {"msfunc", "moving state function"},
      {"mstype", "moving state type"}, {"no_data", "without data"}, {"noinherit", "without inheriting privileges"}, {"not_valid", "not valid (existing rows unchecked)"},
      {"partition_by", "partitioned by"}, {"returns_set", "returning a set"}, {"security_definer", "security definer (runs as its owner)"}, {"serialfunc", "serial function"},
      {"sfunc", "state function"}, {"sortop", "sort operator"}, {"stype", "state type"}, {"with", "storage parameters"},
  };
  return kWords;
}

bool is_long(const std::string& text) { return text.find('\n') != std::string::npos || count_characters(text) > kLongText; }

/// What an item of a list is known by: its text, or the first of the usual names of a map.
std::string item_key(const Value& item) {
  if (!item.is_map()) return value_words(&item);
  for (const char* name : {"name", "relation", "column", "expression", "schema"}) {
    const Value* value = item.find(name);
    if (!value) continue;
    const Value* types = item.find("types");      // of an operator family's members: the same operator stands for several pairs
    return types ? fmt::format("{} ({})", value->text(), types->text()) : value_words(value);
  }
  return value_words(&item);
}

/// The rest of the item, in words.
std::string item_rest(const Value& item) {
  if (!item.is_map()) return "";
  const std::string key = item_key(item);
  std::string out;
  for (const auto& [name, value] : item.map()) {
    if (value_words(&value) == key || name == "name" || name == "types") continue;
    if (!out.empty()) out += ", ";
    out += value.is_flag() ? attribute_words(name) : name == "value" || name == "type" ? value_words(&value) : fmt::format("{} {}", attribute_words(name), value_words(&value));
  }
  return out;
}

std::string item_words(const Value& item) {
  const std::string rest = item_rest(item);
  return rest.empty() ? item_key(item) : fmt::format("{} {}", item_key(item), rest);
}

std::string arrow(bool utf8) { return utf8 ? " → " : " -> "; }

const Value* find_item(const List& list, const std::string& key) {
  const auto at = std::find_if(list.begin(), list.end(), [&](const Value& item) { return item_key(item) == key; });
  return at == list.end() ? nullptr : &*at;
}

std::vector<std::string> common_keys(const List& list, const List& other) {
  std::vector<std::string> keys;
  for (const Value& item : list) {
    if (find_item(other, item_key(item))) keys.push_back(item_key(item));
  }
  return keys;
}

/// Items that came, went and changed; and their order when that of the others changed.
std::vector<Difference> list_differences(const std::string& name, const List& before, const List& after, bool order_counts, bool utf8) {
  std::vector<Difference> out;
  for (const Value& item : before) {
    const Value* now = find_item(after, item_key(item));
    if (!now) out.push_back({'-', fmt::format("{}: {}", name, item_words(item)), {}});
    if (now && !(*now == item)) {
      const std::string rest = item_rest(item), rest_now = item_rest(*now);
      out.push_back({'~', fmt::format("{}: {}: {}{}{}", name, item_key(item), rest.empty() ? "plain" : rest, arrow(utf8), rest_now.empty() ? "plain" : rest_now), {}});
    }
  }
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (find_item(before, item_key(after[i]))) continue;
    const std::string place = !order_counts || i + 1 == after.size() ? "" : i == 0 ? " (first)" : fmt::format(" (after {})", item_key(after[i - 1]));
    out.push_back({'+', fmt::format("{}: {}{}", name, item_words(after[i]), place), {}});
  }
  const std::vector<std::string> old_order = common_keys(before, after), new_order = common_keys(after, before);
  if (old_order != new_order) out.push_back({'~', fmt::format("order of {}: {}{}{}", name, join(old_order, ", "), arrow(utf8), join(new_order, ", ")), {}});
  return out;
}

std::vector<Difference> map_differences(const std::string& name, const Value* before, const Value* after, bool utf8) {
  std::set<std::string> keys;
  for (const Value* value : {before, after}) {
    if (!value) continue;
    for (const auto& [key, item] : value->map()) keys.insert(key);
  }
  std::vector<Difference> out;
  for (const std::string& key : keys) {
    const Value* a = before ? before->find(key) : nullptr;
    const Value* b = after ? after->find(key) : nullptr;
    if (a && b && *a == *b) continue;
    const std::string words = fmt::format("{}: {}", name, key);
    if (!a) out.push_back({'+', fmt::format("{} {}", words, value_words(b)), {}});
    if (!b) out.push_back({'-', fmt::format("{} {}", words, value_words(a)), {}});
    if (a && b) out.push_back({'~', fmt::format("{} {}{}{}", words, value_words(a), arrow(utf8), value_words(b)), {}});
  }
  return out;
}

/// "SELECT*" is SELECT with the right to grant it, "SELECT by bob" was granted by bob.
std::string privileges(const std::vector<std::string>& entries) {
  std::vector<std::string> words;
  for (const std::string& entry : entries) {
    const std::size_t star = entry.find('*');
    std::string text = star == std::string::npos ? entry : entry.substr(0, star) + entry.substr(star + 1);
    const std::size_t by = text.find(" by ");
    if (by != std::string::npos) text = fmt::format("{} (granted by {})", text.substr(0, by), text.substr(by + 4));
    words.push_back(star == std::string::npos ? text : text + " (and may grant it)");
  }
  return join(words, ", ");
}

std::vector<std::string> entries_only_in(const Value* value, const std::string& role, const Value* other) {
  const Value* mine = value ? value->find(role) : nullptr;
  const Value* theirs = other ? other->find(role) : nullptr;
  if (!mine) return {};
  std::vector<std::string> result;
  const std::vector<std::string> known = theirs ? theirs->texts() : std::vector<std::string>();
  for (const std::string& entry : mine->texts()) {
    if (std::find(known.begin(), known.end(), entry) == known.end()) result.push_back(entry);
  }
  return result;
}

/// Whose privileges those of an attribute with a prefix are: ", on its sequence" of `sequence_grants`.
std::string on_part(std::string_view attribute) {
  const std::size_t end = attribute.rfind('_');
  return end == std::string_view::npos ? std::string() : fmt::format(" on its {}", attribute_words(attribute.substr(0, end)));
}

std::vector<Difference> privilege_differences(const kinds::AttributeRule& rule, const Value* before, const Value* after) {
  // The entries are what a role lacks of the privileges that Postgres gives by itself.
  const bool is_taken = rule.name.ends_with("revokes");
  std::set<std::string> roles;
  for (const Value* value : {before, after}) {
    if (!value) continue;
    for (const auto& [role, entries] : value->map()) roles.insert(role);
  }
  std::vector<Difference> out;
  for (const std::string& role : roles) {
    const std::string who = role == "public" ? "everyone" : "role " + role;
    const std::vector<std::string> gone = entries_only_in(before, role, after), come = entries_only_in(after, role, before);
    const std::vector<std::string>& lost = is_taken ? come : gone;
    const std::vector<std::string>& won = is_taken ? gone : come;
    const std::string by_itself = on_part(rule.name) + (is_taken ? ", as by default" : "");
    if (!lost.empty()) out.push_back({'-', fmt::format("{} has {}{}", who, privileges(lost), by_itself), {}});
    if (!won.empty()) out.push_back({'+', fmt::format("{} has {}{}", who, privileges(won), by_itself), {}});
  }
  return out;
}

bool is_privileges(const kinds::AttributeRule& rule) { return rule.content == kinds::Content::privileges; }

/// Sentences in quotes, so that one sees where they end.
std::string quoted(const kinds::AttributeRule& rule, const Value* value) {
  const std::string words = value_words(value);
  return value && rule.content == kinds::Content::text && words.find(' ') != std::string::npos ? fmt::format("\"{}\"", words) : words;
}

Difference scalar_difference(const kinds::AttributeRule& rule, const Value* before, const Value* after, bool utf8) {
  const std::string name = attribute_words(rule.name);
  const std::string a = before && before->is_text() ? before->text() : value_words(before);
  const std::string b = after && after->is_text() ? after->text() : value_words(after);
  if (!is_long(a) && !is_long(b)) return {'~', fmt::format("{}: {}{}{}", name, quoted(rule, before), arrow(utf8), quoted(rule, after)), {}};
  if (!before || !after) {
    Difference out{before ? '-' : '+', name + ":", {}};
    for (const std::string& line : split(before ? a : b, '\n')) out.lines.push_back(std::string(1, out.sign) + line);
    return out;
  }
  return {'~', name + ":", unified_diff(a, b)};
}

}  // namespace

std::string attribute_words(std::string_view attribute) {
  if (const auto special = special_words().find(attribute); special != special_words().end()) return std::string(special->second);
  std::string words(attribute);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string value_words(const Value* value) {
  if (!value) return "not set";
  if (value->is_flag()) return value->flag() ? "yes" : "no";
  if (value->is_number()) return std::to_string(value->number());
  if (value->is_text()) return value->text().empty() ? "\"\"" : value->text();
  std::vector<std::string> parts;
  if (value->is_list()) {
    for (const Value& item : value->list()) parts.push_back(item_words(item));
  } else {
    for (const auto& [key, item] : value->map()) {
      const bool says_itself = item.is_flag() && item.flag();
      parts.push_back(says_itself ? attribute_words(key) : key == "kind" ? value_words(&item) : fmt::format("{} {}", attribute_words(key), value_words(&item)));
    }
    std::stable_partition(parts.begin(), parts.end(), [&](const std::string& part) { return value->find("kind") && part == value->find("kind")->text(); });
  }
  return join(parts, ", ");
}

std::vector<Difference> attribute_differences(const kinds::AttributeRule& rule, const Value* before, const Value* after, bool utf8) {
  const std::string name = attribute_words(rule.name);
  if (is_privileges(rule)) return privilege_differences(rule, before, after);
  const Value* any = after ? after : before;
  if (any->is_flag()) return {{'~', fmt::format("{} {}", after && after->flag() ? "now" : "no longer", name), {}}};
  const bool one_is_list = (before && before->is_list()) || (after && after->is_list());
  if (one_is_list) return list_differences(name, before ? before->list() : List(), after ? after->list() : List(), rule.content != kinds::Content::roles, utf8);
  if (any->is_map()) return map_differences(name, before, after, utf8);
  return {scalar_difference(rule, before, after, utf8)};
}

ObjectWords object_words(const Object& object, char sign, bool utf8) {
  ObjectWords out;
  std::vector<std::string> parts;
  for (const kinds::AttributeRule& rule : kinds::kind(object.id.kind).attributes) {
    const Value* value = object.attributes.find(rule.name);
    // What the sources needn't say is left out; the parts that the order lists stand below.
    if (!value || rule.ignored || rule.unsaid_keeps_live || (rule.keeps_live_order && !value->list().empty() && value->list().front().is_text())) continue;
    if (is_privileges(rule)) {
      for (Difference& each : privilege_differences(rule, sign == '-' ? value : nullptr, sign == '-' ? nullptr : value)) out.differences.push_back(std::move(each));
      continue;
    }
    const std::string name = attribute_words(rule.name), words = value_words(value);
    if (is_long(words)) {
      if (sign == '+') out.differences.push_back(scalar_difference(rule, nullptr, value, utf8));
    } else if (value->is_flag()) {
      if (value->flag()) parts.push_back(name);
    } else {
      const bool says_itself = rule.name == "type" || rule.name == "expression";
      parts.push_back(says_itself ? words : fmt::format("{} {}", name, quoted(rule, value)));
    }
  }
  out.summary = join(parts, ", ");
  return out;
}

}  // namespace lpc::plan
