// Reads catalog.json. The only file of this folder that sees nlohmann's header; writing needs none (hash.cpp).
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "catalog/catalog.h"

namespace lpc {

namespace {

using Json = nlohmann::json;

Failure bad(std::string message) { return {"LP5011", "not a catalog: " + std::move(message), "make one with `lpc introspect` or `lpc compile`", ""}; }

std::string near(std::string_view word, const std::vector<std::string>& names) {
  const auto found = nearest(word, names);
  return found ? fmt::format("; did you mean `{}`?", *found) : std::string();
}

Result<Value> read_value(const Json& json) {
  switch (json.type()) {
    case Json::value_t::boolean: return Value(json.get<bool>());
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned: return Value(json.get<std::int64_t>());
    case Json::value_t::string: return Value(json.get<std::string>());
    case Json::value_t::array: {
      List items;
      for (const Json& item : json) {
        LP_TRY(Value value, read_value(item));
        items.push_back(std::move(value));
      }
      return Value(std::move(items));
    }
    case Json::value_t::object: {
      Map entries;
      for (const auto& [key, item] : json.items()) {
        LP_TRY(Value value, read_value(item));
        entries.emplace_back(key, std::move(value));
      }
      return Value(std::move(entries));
    }
    default: return bad(fmt::format("a value of type {} can't stand in an attribute", json.type_name()));
  }
}

Result<ObjectId> read_id(const Json& json) {
  if (!json.is_string()) return bad("an id must be a string");
  const auto id = ObjectId::parse(json.get_ref<const std::string&>());
  if (!id) return bad(fmt::format("`{}` is no object id", json.get_ref<const std::string&>()));
  return *id;
}

Result<std::vector<ObjectId>> read_ids(const Json& json) {
  std::vector<ObjectId> ids;
  if (!json.is_array()) return bad("a list of ids must be an array");
  for (const Json& item : json) {
    LP_TRY(ObjectId id, read_id(item));
    ids.push_back(std::move(id));
  }
  return ids;
}

Status read_attributes(Object& object, const Json& json, const AttributeNames& names) {
  if (!json.is_object()) return bad(fmt::format("the attributes of `{}` must be an object", object.id.text()));
  for (const auto& [key, item] : json.items()) {
    const std::string_view name = names.find(object.id.kind, key);
    if (name.empty()) {
      return bad(fmt::format("`{}` has no attribute `{}`{}", object.id.text(), key, near(key, names.all(object.id.kind))));
    }
    LP_TRY(Value value, read_value(item));
    object.attributes.set_always(name, std::move(value));
  }
  return ok();
}

Result<Object> read_object(const Json& json, const AttributeNames& names) {
  if (!json.is_object() || !json.contains("id")) return bad("each of `objects` must be an object with an `id`");
  Object object;
  LP_TRY(object.id, read_id(json.at("id")));
  for (const auto& [key, item] : json.items()) {
    if (key == "parent") {
      LP_TRY(object.parent, read_id(item));
    } else if (key == "attributes") {
      LP_DO(read_attributes(object, item, names));
    } else if (key == "depends_on") {
      LP_TRY(object.depends_on, read_ids(item));
    } else if (key == "mentions") {
      LP_TRY(object.mentions, read_ids(item));
    } else if (key == "external" && item.is_boolean()) {
      object.external = item.get<bool>();
    } else if (key == "external_partitions" && item.is_boolean()) {
      object.external_partitions = item.get<bool>();
    } else if (key != "id") {
      return bad(fmt::format("unknown key `{}` in `{}`{}", key, object.id.text(),
                             near(key, {"id", "parent", "attributes", "depends_on", "mentions", "external", "external_partitions"})));
    }
  }
  return object;
}

}  // namespace

Result<Catalog> catalog_from_json(std::string_view text, const AttributeNames& names) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::parse_error& error) {
    return bad(error.what());
  }
  if (!json.is_object() || !json.contains("objects") || !json.at("objects").is_array()) return bad("`objects` is missing");
  if (json.value("version", Json()) != Json(1)) return bad("`version` must be 1");
  for (const auto& [key, item] : json.items()) {
    if (key != "objects" && key != "version" && key != "$schema") {
      return bad(fmt::format("unknown key `{}`{}", key, near(key, {"objects", "version"})));
    }
  }
  CatalogBuilder builder;
  for (const Json& item : json.at("objects")) {
    LP_TRY(Object object, read_object(item, names));
    const std::string id = object.id.text();
    if (!builder.add(std::move(object))) return bad(fmt::format("`{}` stands twice", id));
  }
  return builder.finish();
}

}  // namespace lpc
