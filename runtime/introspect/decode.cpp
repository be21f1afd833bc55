#include "introspect/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include "base/exact_sql.h"
#include "base/in_lists.h"
#include "base/text.h"
#include "catalog/spelling.h"
#include "introspect/row_json.h"
#include "kinds/common.h"
#include "kinds/identity_sequence.h"
#include "kinds/names.h"

namespace lpc::introspect {

namespace {

using kinds::Content;

/// What the server printed, so that it reads it as what it has.
std::string in_exact_words(std::string_view printed) { return exact_sql(to_in_lists(printed)); }

/// The columns that are no attributes.
enum class Part : std::uint8_t {
  schema, name, member, arguments, parent_kind, parent_schema, parent_name, parent_member, aliases, acl, acl_owner, sequence_acl, depends, attribute
};

constexpr std::array<std::pair<std::string_view, Part>, 14> kParts{{
    {"_schema", Part::schema}, {"_name", Part::name}, {"_member", Part::member}, {"_arguments", Part::arguments},
    {"_parent_kind", Part::parent_kind}, {"_parent_schema", Part::parent_schema}, {"_parent_name", Part::parent_name},
    {"_parent_member", Part::parent_member}, {"_aliases", Part::aliases}, {"_acl", Part::acl}, {"_acl_owner", Part::acl_owner},
    {"_sequence_acl", Part::sequence_acl}, {"_depends", Part::depends}, {"_of", Part::aliases},
}};

bool is_for_map(Content content) { return content == Content::map || content == Content::privileges; }

/// Those of parameters and of a composite type's attributes.
void respell_types(Value& list) {
  List items = list.list();
  bool changes = false;
  for (Value& item : items) {
    if (!item.is_map()) continue;
    Map map = item.map();
    for (auto& [key, value] : map) {
      if ((key != "type" && key != "collation") || !value.is_text()) continue;
      std::string text = key == "type" ? kinds::respelled_type(value.text()) : kinds::respelled(value.text());
      if (text == value.text()) continue;
      value = Value(std::move(text));
      changes = true;
    }
    if (changes) item = Value(std::move(map));
  }
  if (changes) list = Value(std::move(items));
}

Failure broken(std::string message) { return {"LP5010", "the catalog contradicts itself: " + std::move(message), "", ""}; }

class Decoder {
 public:
  Decoder(const kinds::Kind& kind, const pg::Rows& rows, int server_version) : kind_(kind), rows_(rows), server_version_(server_version) {
    columns_.fill(-1);
  }

  Status find_columns() {
    for (int column = 0; column < rows_.columns(); ++column) {
      const std::string_view name = rows_.column_name(column);
      if (name.starts_with('_')) {
        bool known = false;
        for (const auto& [part_name, part] : kParts) {
          if (part_name != name) continue;
          columns_[static_cast<std::size_t>(part)] = column;
          known = true;
        }
        if (known) continue;
      }
      const kinds::AttributeRule* rule = kinds::rule(kind_, name);
      if (!rule) return broken(fmt::format("the query for kind {} gives a column `{}` that is no attribute", kind_name(kind_.id), name));
      attributes_.emplace_back(column, rule);
    }
    return ok();
  }

  Result<Object> object(int row) {
    Object object;
    object.id = {kind_.id, name(row, Part::schema, last_.schema), name(row, Part::name, last_.name), text(row, Part::member), kinds::respelled_types(view(row, Part::arguments))};
    LP_DO(set_parent(object, row));
    for (const auto& [column, rule] : attributes_) {
      if (rows_.is_null(row, column)) continue;
      LP_DO(set_attribute(object, *rule, rows_(row, column)));
    }
    if (has(row, Part::acl)) {
      kinds::set_grants_from_acl(object.attributes, view(row, Part::acl), view(row, Part::acl_owner), kind_.traits.acl_type, server_version_);
    }
    if (has(row, Part::sequence_acl)) kinds::set_identity_sequence_acl(object.attributes, view(row, Part::sequence_acl), view(row, Part::acl_owner), server_version_);
    for (const std::string& line : has(row, Part::depends) ? split(view(row, Part::depends), '\n') : std::vector<std::string>()) {
      if (line.empty()) continue;
      const auto need = ObjectId::parse(line);
      if (!need) return broken(fmt::format("`{}` depends on `{}`, which is no object id", object.id.text(), line));
      object.depends_on.push_back(*need);
    }
    return object;
  }

  std::string aliases(int row) const { return text(row, Part::aliases); }

 private:
  bool has(int row, Part part) const {
    const int column = columns_[static_cast<std::size_t>(part)];
    return column >= 0 && !rows_.is_null(row, column);
  }
  std::string_view view(int row, Part part) const { return has(row, part) ? rows_(row, columns_[static_cast<std::size_t>(part)]) : std::string_view(); }
  std::string text(int row, Part part) const { return std::string(view(row, part)); }

  /// Neighbours have the same ones more often than not.
  Name name(int row, Part part, Name& last) const {
    const std::string_view text = view(row, part);
    if (text != last.str()) last = text;
    return last;
  }

  Status set_parent(Object& object, int row) const {
    if (!has(row, Part::parent_kind)) return ok();
    const auto parent_kind = kind_by_name(view(row, Part::parent_kind));
    if (!parent_kind) return broken(fmt::format("the parent of `{}` is a `{}`, which is no kind", object.id.text(), view(row, Part::parent_kind)));
    object.parent = ObjectId{*parent_kind, has(row, Part::parent_schema) ? Name(view(row, Part::parent_schema)) : object.id.schema,
                             has(row, Part::parent_name) ? Name(view(row, Part::parent_name)) : object.id.name, view(row, Part::parent_member), {}};
    return ok();
  }

  Status set_attribute(Object& object, const kinds::AttributeRule& rule, std::string_view value) const {
    switch (rule.content) {
      case Content::flag: object.attributes.set(rule.name, Value(value == "t")); return ok();
      case Content::integer: {
        const auto number = read_row_json(value);
        if (!number || !number->is_number()) return unreadable(object, rule, value);
        object.attributes.set(rule.name, *number);
        return ok();
      }
      case Content::relation:
      case Content::routine:
      case Content::collation: object.attributes.set(rule.name, Value(kinds::respelled(value))); return ok();
      case Content::type: object.attributes.set(rule.name, Value(kinds::respelled_type(value))); return ok();
      case Content::relations:
      case Content::names:
      case Content::roles:
      case Content::list:
      case Content::map:
      case Content::privileges: {
        auto json = read_row_json(value);
        if (!json || (is_for_map(rule.content) ? !json->is_map() : !json->is_list())) return unreadable(object, rule, value);
        // (Names with a schema have a dot; most lists have none.)
        if (rule.content == Content::list && value.find('.') != std::string_view::npos) respell_types(*json);
        if (rule.content == Content::relations) json = with_texts(*json, [](std::string_view name) { return kinds::respelled(name); });
        object.attributes.set(rule.name, kinds::holds_sql(rule) ? with_texts(*json, in_exact_words) : *std::move(json));
        return ok();
      }
      case Content::expression: object.attributes.set(rule.name, Value(in_exact_words(strip_outer_parentheses(value)))); return ok();
      case Content::query:
      case Content::statement: object.attributes.set(rule.name, Value(in_exact_words(value))); return ok();
      default: object.attributes.set(rule.name, kinds::holds_sql(rule) ? Value(in_exact_words(value)) : Value(value)); return ok();
    }
  }

  static Failure unreadable(const Object& object, const kinds::AttributeRule& rule, std::string_view value) {
    return broken(fmt::format("`{}` of `{}` can't be read: {}", rule.name, object.id.text(), value.substr(0, 200)));
  }

  const kinds::Kind& kind_;
  const pg::Rows& rows_;
  int server_version_;
  ObjectId last_;
  std::array<int, static_cast<std::size_t>(Part::attribute)> columns_{};
  std::vector<std::pair<int, const kinds::AttributeRule*>> attributes_;
};

}  // namespace

Result<std::vector<Decoded>> decode(const kinds::Kind& kind, const pg::Rows& rows, int server_version) {
  Decoder decoder(kind, rows, server_version);
  LP_DO(decoder.find_columns());
  std::vector<Decoded> decoded;
  decoded.reserve(static_cast<std::size_t>(rows.size()));
  for (int row = 0; row < rows.size(); ++row) {
    LP_TRY(Object object, decoder.object(row));
    decoded.push_back({std::move(object), decoder.aliases(row)});
  }
  return decoded;
}

Status add(std::vector<Decoded> objects, CatalogBuilder& builder, Aliases& aliases) {
  for (auto& [object, words] : objects) {
    const ObjectId id = object.id;
    Object* added = builder.add(std::move(object));
    if (!added) return broken(fmt::format("`{}` is there twice", id.text()));
    if (!aliases.add(words, added)) return broken(fmt::format("the catalog rows of `{}` can't be read: {}", id.text(), words));
  }
  return ok();
}

void order_parts(std::vector<Decoded>& parts, const Aliases& aliases) {
  struct Place {
    CatalogRow row;
    std::size_t at;
  };
  std::vector<Place> places;
  places.reserve(parts.size());
  for (const Decoded& part : parts) {
    const std::optional<CatalogRow> row = aliases.row(std::string_view(part.aliases).substr(0, part.aliases.find(' ')));
    places.push_back({row.value_or(CatalogRow()), places.size()});
  }
  const auto precedes = [](const Place& a, const Place& b) { return std::tie(a.row.oid, a.row.sub, a.at) < std::tie(b.row.oid, b.row.sub, b.at); };
  if (std::ranges::is_sorted(places, precedes)) return;
  std::ranges::sort(places, precedes);
  std::vector<Decoded> ordered;
  ordered.reserve(parts.size());
  for (const Place& place : places) ordered.push_back(std::move(parts[place.at]));
  parts = std::move(ordered);
}

void list_parts(const kinds::Kind& kind, CatalogBuilder& builder) {
  const std::string_view attribute = kind.traits.listed_as;
  Object* parent = nullptr;
  List names;
  const auto finish = [&] {
    if (parent) parent->attributes.set(attribute, Value(std::move(names)));
    names.clear();
  };
  for (const Object* part : builder.of(kind.id)) {
    if (!part->parent) continue;
    if (!parent || !(parent->id == *part->parent)) {
      finish();
      parent = builder.find(*part->parent);
    }
    names.emplace_back(part->id.own_name().str());
  }
  finish();
}

Status add_details(std::vector<Decoded> details, KindId kind, const Aliases& aliases) {
  for (auto& [detail, word] : details) {
    const auto row = aliases.row(word);
    if (!row) return broken(fmt::format("the catalog row of details can't be read: {}", word));
    Object* object = aliases.find(*row);
    if (!object || object->id.kind != kind) continue;
    for (const auto& [name, value] : detail.attributes) object->attributes.set(name, value);
  }
  return ok();
}

}  // namespace lpc::introspect
