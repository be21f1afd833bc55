#include "lower/names.h"

#include <array>

#include "kinds/kind.h"
#include "kinds/names.h"

namespace lpc::lower {
namespace {

constexpr std::array<std::string_view, 5> kSlotWords = {"relation ", "type ", "routine ", "collation ", "operator "};

std::string key_of(std::string_view schema, std::string_view name) {
  std::string key(schema);
  key += '\0';
  key += name;
  return key;
}

}  // namespace

NameIndex::NameIndex(CatalogBuilder& builder) : builder_(builder) {
  for (const Object* object : builder.objects()) {
    const kinds::Kind& kind = kinds::kind(object->id.kind);
    if (kind.slots != nullptr) {
      for (const std::string& slot : kind.slots(*object)) add_slot(slot, object);
    }
    add_helper(kind.sql_name, object);
    if (kind.sql_name == "ROLE") roles_.emplace(object->id.name, object);
    if (kind.sql_name == "SCHEMA" && !object->external) managed_schemas_.insert(object->id.name);
    if (kind.sql_name == "EXTENSION") {
      const std::string& schema = object->attributes.text("schema");
      extensions_.emplace(object->id.name, object);
      extension_schemas_.insert(schema.empty() ? "public" : schema);
    }
  }
}

void NameIndex::add_helper(std::string_view sql_name, const Object* object) {
  const auto add = [&](ByName& objects, std::string_view type) {
    const std::vector<std::string> parts = frontend::type_name(type).parts;
    if (parts.size() == 2) objects[key_of(parts[0], parts[1])].push_back(object);
  };
  if (sql_name == "OPERATOR CLASS") {
    classes_[key_of(object->id.schema, object->id.name)].push_back(object);
    add(classes_for_, object->attributes.text("type"));
  }
  if (sql_name != "CAST") return;
  add(casts_, object->attributes.text("source"));
  add(casts_, object->attributes.text("target"));
}

const std::vector<const Object*>& NameIndex::by_name(const ByName& objects, const std::vector<std::string>& qualified_name) {
  static const std::vector<const Object*> nothing;
  if (objects.empty() || qualified_name.size() != 2) return nothing;
  const auto found = objects.find(key_of(qualified_name[0], qualified_name[1]));
  return found == objects.end() ? nothing : found->second;
}

void NameIndex::add_slot(std::string_view slot, const Object* object) {
  for (std::size_t space = 0; space < kSlotWords.size(); ++space) {
    if (!slot.starts_with(kSlotWords[space])) continue;
    std::size_t end = 0;
    const std::vector<std::string> parts = kinds::leading_name(slot.substr(kSlotWords[space].size()), end);
    if (parts.size() == 2) spaces_[space][key_of(parts[0], parts[1])].push_back(object);
  }
}

const std::vector<const Object*>* NameIndex::look_up(Space space, std::string_view schema, std::string_view name) const {
  const auto& names = spaces_[static_cast<std::size_t>(space)];
  const auto found = names.find(key_of(schema, name));
  return found == names.end() ? nullptr : &found->second;
}

const std::vector<const Object*>& NameIndex::find(Space space, const std::vector<std::string>& parts, std::string_view own_schema) const {
  static const std::vector<const Object*> nothing;
  if (parts.empty()) return nothing;
  const std::string& name = parts.back();
  const std::vector<const Object*>* found = nullptr;
  if (parts.size() >= 2) {
    found = look_up(space, parts[parts.size() - 2], name);
  } else {
    found = look_up(space, own_schema, name);
    if (found == nullptr) found = look_up(space, "public", name);
  }
  return found == nullptr ? nothing : *found;
}

const Object* NameIndex::role(std::string_view name) const {
  const auto found = roles_.find(std::string(name));
  return found == roles_.end() ? nullptr : found->second;
}

const Object* NameIndex::extension(std::string_view name) const {
  const auto found = extensions_.find(std::string(name));
  return found == extensions_.end() ? nullptr : found->second;
}

const NameIndex::Columns& NameIndex::columns_of(const ObjectId& relation) {
  const auto known = columns_.find(relation);
  if (known != columns_.end()) return known->second;
  Columns columns;
  for (const Object* child : builder_.children(relation)) {
    if (kinds::kind(child->id.kind).traits.acl_type == 'c') columns.emplace(child->id.member, child);
  }
  return columns_.emplace(relation, std::move(columns)).first->second;
}

const Object* NameIndex::column(const ObjectId& relation, std::string_view name) {
  const Columns& columns = columns_of(relation);
  const auto found = columns.find(std::string(name));
  return found == columns.end() ? nullptr : found->second;
}

std::vector<std::string> NameIndex::columns(const ObjectId& relation) {
  std::vector<std::string> names;
  for (const auto& [name, object] : columns_of(relation)) names.push_back(name);
  return names;
}

std::vector<std::string> NameIndex::names_near(Space space, std::string_view schema) const {
  std::vector<std::string> names;
  for (const auto& [key, objects] : spaces_[static_cast<std::size_t>(space)]) {
    const Object& object = *objects.front();
    if (object.id.schema == schema || object.id.schema == "public") names.push_back(object.id.own_name());
  }
  return names;
}

}  // namespace lpc::lower
