// From what a shadow database holds to what was meant: the shadow's own objects and names taken out, what only sources know put back.
#include <algorithm>

#include "kinds/identity_sequence.h"
#include "kinds/kind.h"
#include "kinds/security_labels.h"
#include "shadow/builder.h"

namespace lpc::shadow {

namespace {

class Tidier {
 public:
  Tidier(const Catalog& read, const ReadBack& how) : read_(read), how_(how) {}

  Catalog run() {
    for (const Object& object : how_.said.objects()) {
      if (object.external || (how_.roles_as_said && is_cluster_wide(object.id)) || is_only_labelled(object)) builder_.add(object);
    }
    for (const Object& object : read_.objects()) {
      if (is_wanted(object)) builder_.add(tidied(object));
    }
    return builder_.finish();
  }

 private:
  static bool is_cluster_wide(const ObjectId& id) { return kinds::kind(id.kind).traits.cluster_wide; }

  /// A view's column of which nothing else is said is no object where there are no label providers.
  bool is_only_labelled(const Object& object) const {
    const bool has_more = std::any_of(object.attributes.begin(), object.attributes.end(), [](const auto& entry) { return entry.first != kinds::kSecurityLabelsRule.name; });
    return !object.attributes.empty() && !has_more && object.parent && !read_.has(object.id) && read_.has(*object.parent);
  }

  bool is_wanted(const Object& object) const {
    if (const Object* said = how_.said.find(object.id)) return !said->external && !(how_.roles_as_said && is_cluster_wide(object.id));
    const Object* before = how_.empty.find(object.id);
    const bool unchanged = before && object_hash(*before) == object_hash(object);
    if (is_cluster_wide(object.id)) return !how_.roles_as_said && !(unchanged && how_.others_server);
    if (unchanged) return false;
    return !belongs_to_external(object);
  }

  /// Implied objects: part of something external, or in a schema that is external.
  bool belongs_to_external(const Object& object) const {
    for (const Object* outer = &object; outer->parent;) {
      outer = read_.find(*outer->parent);
      if (!outer) break;
      if (const Object* said = how_.said.find(outer->id)) return said->external;
    }
    const Object* schema = object.id.schema.empty() ? nullptr : how_.said.find({KindId::Schema, "", object.id.schema, "", ""});
    return schema && schema->external;
  }

  Object tidied(const Object& object) const {
    Object result = object;
    const Object* said = how_.said.find(object.id);
    for (const kinds::AttributeRule& rule : kinds::kind(object.id.kind).attributes) {
      if (rule.unsaid_keeps_live && rule.content != kinds::Content::name) settle(result, said, rule);
    }
    if (said && object.id.kind == KindId::Tablespace) {
      // On the shadow it stands in the server's own folder.
      if (const Value* location = said->attributes.find("location")) result.attributes.set("location", *location);
    }
    // The shadow has no label providers.
    for (const std::string_view attribute : {kinds::kSecurityLabelsRule.name, kinds::kSequenceLabels}) {
      const Value* labels = said ? said->attributes.find(attribute) : nullptr;
      if (labels) result.attributes.set(attribute, *labels);
    }
    if (said) {
      result.hints = said->hints;
      result.external_partitions = said->external_partitions;
    }
    for (const Object* outer = &object; outer;) {
      const Object* source = how_.said.find(outer->id);
      if (source && !source->origin.is_nowhere()) {
        result.origin = source->origin;
        break;
      }
      outer = outer->parent ? read_.find(*outer->parent) : nullptr;
    }
    return result;
  }

  /// What nobody said is as the session that built it has it.
  void settle(Object& object, const Object* said, const kinds::AttributeRule& rule) const {
    const Value* value = object.attributes.find(rule.name);
    if (!value) return;
    if (said) {
      const Value* wanted = said->attributes.find(rule.name);
      if (!wanted) object.attributes.remove(rule.name);
      else if (value->text() == how_.admin && !how_.role.empty() && wanted->text() != how_.admin) object.attributes.set(rule.name, Value(how_.role));
    } else if (value->text() == how_.admin) {
      if (how_.role.empty()) object.attributes.remove(rule.name);
      else object.attributes.set(rule.name, Value(how_.role));
    }
  }

  const Catalog& read_;
  const ReadBack& how_;
  CatalogBuilder builder_;
};

}  // namespace

Catalog tidy(const Catalog& read, const ReadBack& how) { return Tidier(read, how).run(); }

}  // namespace lpc::shadow
