// The desired catalog as far as a plan can reach it: see "Column order" in the planning design, and attributes that the sources leave open.
#include <algorithm>

#include "kinds/kind.h"
#include "plan/planner.h"

namespace lpc::plan {

namespace {

const std::string& item_name(const Value& item) {
  if (item.is_text()) return item.text();
  static const std::string nameless;
  const Value* name = item.find("name");
  return name ? name->text() : nameless;
}

bool holds(const List& list, const std::string& name) {
  return std::any_of(list.begin(), list.end(), [&](const Value& item) { return item_name(item) == name; });
}

/// The items of `desired`: those that `live` has in its order, then the others.
List in_live_order(const List& desired, const List& live) {
  List result;
  for (const Value& item : live) {
    const auto at = std::find_if(desired.begin(), desired.end(), [&](const Value& other) { return item_name(other) == item_name(item); });
    if (at != desired.end()) result.push_back(*at);
  }
  for (const Value& item : desired) {
    if (!holds(live, item_name(item))) result.push_back(item);
  }
  return result;
}

void keep_order(Object& object, const Object& live, const kinds::AttributeRule& rule, diag::Sink& sink) {
  const Value* wanted = object.attributes.find(rule.name);
  const Value* present = live.attributes.find(rule.name);
  if (!wanted || !present) return;
  List reached = in_live_order(wanted->list(), present->list());
  if (reached == wanted->list()) return;
  sink.add(diag::make(diag::Code::kColumnOrderDiffers, object.origin, object.id.path()));
  object.attributes.set(rule.name, Value(std::move(reached)));
}

void keep_unsaid(Object& object, const Object* live, const kinds::AttributeRule& rule, const std::string& role) {
  if (object.attributes.has(rule.name)) return;
  const Value* value = live ? live->attributes.find(rule.name) : nullptr;
  // An empty text means that the value comes from elsewhere (an owned sequence has its table's owner) and isn't its own to keep.
  const bool is_borrowed = value && value->is_text() && value->text().empty();
  if (live && !is_borrowed) {
    if (value) object.attributes.set_always(rule.name, *value);
  } else if (rule.content == kinds::Content::role && !role.empty()) {
    object.attributes.set(rule.name, Value(role));
  }
}

}  // namespace

Catalog reconcile(const Catalog& live, const Catalog& desired, const std::string& role, diag::Sink& sink) {
  CatalogBuilder builder(desired);
  for (Object* object : builder.objects()) {
    if (object->external) continue;
    const Object* present = live.find(object->id);
    for (const kinds::AttributeRule& rule : kinds::kind(object->id.kind).attributes) {
      if (rule.unsaid_keeps_live) keep_unsaid(*object, present, rule, role);
      if (rule.keeps_live_order && present) keep_order(*object, *present, rule, sink);
    }
  }
  return builder.finish();
}

}  // namespace lpc::plan
