#include "plan/rename_detection.h"

#include <algorithm>
#include <map>

#include "kinds/kind.h"

namespace lpc::plan {

namespace {

/// What takes it along: the whole it is a part of, or the column that owns the sequence.
std::optional<ObjectId> whole_of(const Object& object) {
  if (object.parent) return object.parent;
  const auto gone_with = kinds::kind(object.id.kind).traits.gone_with;
  return gone_with ? gone_with(object) : std::nullopt;
}

/// A part that is nothing but its definition and a sequence that can belong to nothing else.
bool is_free(const Object& object) {
  return whole_of(object) && (!object.parent || !kinds::kind(object.id.kind).traits.holds_data);
}

/// Said of the object rather than what it is: owner, comment, grants; and maps of what hangs on it, such as an identity's sequence, whose names follow.
bool is_structure(const kinds::AttributeRule* rule, bool holds_data) {
  if (!rule || rule->ignored || rule->after_create || rule->unsaid_keeps_live) return false;
  return !holds_data || rule->content != kinds::Content::map;
}

class Signer {
 public:
  explicit Signer(const Catalog& catalog) : catalog_(catalog) {}

  /// Kind, place and structure as one text; "" when there is too little to go by.
  std::string sign(const Object& object) const {
    const Object shape = shape_of(object);
    const std::string parts = data_parts(object);
    const std::optional<ObjectId> whole = whole_of(object);
    if (shape.attributes.empty() && parts.empty() && !whole) return "";
    const std::string place = whole ? whole->text() : object.id.schema.str();
    return std::string(kind_name(object.id.kind)) + '\n' + place + '\n' + object.id.arguments.str() + '\n' + object_hash(shape) + parts;
  }

 private:
  /// The object without its names.
  static Object shape_of(const Object& object) {
    const kinds::Kind& kind = kinds::kind(object.id.kind);
    Object shape;
    shape.id.kind = object.id.kind;
    for (const auto& [name, value] : object.attributes) {
      if (!name.starts_with('_') && is_structure(kinds::rule(kind, name), kind.traits.holds_data)) shape.attributes.set_always(name, value);
    }
    return shape;
  }

  /// The parts that hold its rows, with their names.
  std::string data_parts(const Object& object) const {
    std::string text;
    for (const Object* part : catalog_.children(object.id)) {
      if (kinds::kind(part->id.kind).traits.holds_data) text += '\n' + part->id.own_name().str() + ' ' + object_hash(shape_of(*part));
    }
    return text;
  }

  const Catalog& catalog_;
};

using Objects = std::vector<const Object*>;
using BySignature = std::map<std::string, Objects>;

Objects missing_from(const Catalog& other, const Catalog& catalog) {
  Objects result;
  for (const Object& object : catalog.objects()) {
    if (!object.external && !other.has(object.id) && kinds::kind(object.id.kind).rename) result.push_back(&object);
  }
  return result;
}

BySignature signed_objects(const Objects& objects, const Catalog& catalog) {
  BySignature result;
  const Signer signer(catalog);
  for (const Object* object : objects) {
    if (std::string signature = signer.sign(*object); !signature.empty()) result[std::move(signature)].push_back(object);
  }
  return result;
}

}  // namespace

std::vector<PossibleRename> possible_renames(const Catalog& live, const Catalog& wanted) {
  std::vector<PossibleRename> renames;
  const Objects all_gone = missing_from(wanted, live), all_added = missing_from(live, wanted);
  if (all_gone.empty() || all_added.empty()) return renames;      // nearly always; signing takes a hash of each
  const BySignature added = signed_objects(all_added, wanted);
  for (const auto& [signature, gone] : signed_objects(all_gone, live)) {
    const auto match = added.find(signature);
    if (gone.size() != 1 || match == added.end() || match->second.size() != 1) continue;
    renames.push_back({gone.front()->id, match->second.front()->id, is_free(*gone.front())});
  }
  std::sort(renames.begin(), renames.end(), [](const PossibleRename& a, const PossibleRename& b) { return a.before < b.before; });
  return renames;
}

}  // namespace lpc::plan
