#include "kinds/parts.h"

#include <algorithm>

#include "kinds/kind.h"

namespace lpc::kinds {

namespace {

const AttributeRule* rule_of_parts(KindId id) {
  const auto& rules = kind(id).attributes;
  const auto at = std::ranges::find_if(rules, &AttributeRule::lists_parts);
  return at == rules.end() ? nullptr : &*at;
}

std::string part_name(const Value& part) {
  if (part.is_text()) return part.text();
  const Value* name = part.find("name");
  return name ? name->text() : "";
}

Value renamed(const Value& part, const std::string& name) {
  if (part.is_text()) return Value(name);
  Map map = part.map();
  for (auto& [key, value] : map) {
    if (key == "name") value = Value(name);
  }
  return Value(std::move(map));
}

}  // namespace

void add_part_hint(Object& object, const ast::Decl& part, const std::string& name) {
  const ast::Hint* hint = part.hint("renamed_from");
  if (!hint || hint->arguments.empty()) return;
  const ast::Value& old = hint->arguments.front();
  object.hints.push_back({std::string(kRenamedPart), {old.shape == ast::Shape::name ? old.name.last() : old.text, name}, hint->span});
}

bool has_parts(KindId kind) { return rule_of_parts(kind) != nullptr; }

std::vector<std::string> part_names(const Object& object) {
  std::vector<std::string> names;
  const AttributeRule* rule = rule_of_parts(object.id.kind);
  const Value* parts = rule ? object.attributes.find(rule->name) : nullptr;
  if (!parts) return names;
  for (const Value& part : parts->list()) names.push_back(part_name(part));
  return names;
}

bool is_part(const ObjectId& id) { return !id.member.empty() && has_parts(id.kind); }

ObjectId part_id(const ObjectId& object, const std::string& part) {
  ObjectId id = object;
  id.member = part;
  return id;
}

ObjectId object_of(const ObjectId& id) {
  ObjectId object = id;
  if (is_part(id)) object.member = "";
  return object;
}

void rename_part(Object& object, const std::string& from, const std::string& to) {
  const AttributeRule* rule = rule_of_parts(object.id.kind);
  List parts = object.attributes.find(rule->name)->list();
  for (Value& part : parts) {
    if (part_name(part) == from) part = renamed(part, to);
  }
  object.attributes.set(rule->name, Value(std::move(parts)));
}

}  // namespace lpc::kinds
