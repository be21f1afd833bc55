#include "kinds/staged_type.h"

#include "kinds/security_labels.h"

#include <fmt/core.h>

#include <algorithm>

#include "kinds/common.h"
#include "kinds/link_context.h"
#include "kinds/table_parts.h"

namespace lpc::kinds::staged {
namespace {

constexpr std::string_view kDefinition = "definition";

bool needs(const Object& object, const ObjectId& id) { return std::ranges::find(object.depends_on, id) != object.depends_on.end(); }

}  // namespace

ObjectId definition_of(const ObjectId& type) { return {type.kind, type.schema, type.name, std::string(kDefinition), {}}; }

bool is_definition(const ObjectId& id) { return id.member == kDefinition; }

const Object& holder(const Object& type, const Catalog& catalog) {
  const Object* definition = catalog.find(definition_of(type.id));
  return definition == nullptr ? type : *definition;
}

Object* add_definition(Object& type, const std::vector<std::string>& functions, LowerContext& context) {
  Object definition;
  definition.id = definition_of(type.id);
  definition.parent = type.id;
  definition.origin = type.origin;
  definition.external = type.external;
  for (const AttributeRule* rule : {&kOwnerRule, &kCommentRule, &kSecurityLabelsRule, &kGrantsRule, &kRevokesRule}) {
    const Value* value = type.attributes.find(rule->name);
    if (value == nullptr) continue;
    definition.attributes.set(rule->name, *value);
    type.attributes.remove(rule->name);
  }
  definition.attributes.set(kFunctionsRule.name, Value::strings(functions));
  return context.catalog.add(std::move(definition));
}

void link_functions(const Object& definition, LinkContext& context) {
  for (const std::string& function : definition.attributes.texts(kFunctionsRule.name)) context.routine(function);
}

void lend_owner(CatalogBuilder& builder, KindId kind) {
  for (Object* object : builder.of(kind)) {
    if (!is_definition(object->id)) continue;
    if (Object* type = builder.find(*object->parent)) type->attributes.set_always(kOwnerRule.name, Value(""));
  }
}

Sql address(const ObjectId& id) { return qualified(id.schema, id.name); }

void drop(const Object& object, const ChangeContext& context, Action& action) {
  if (is_definition(object.id)) {
    action.sql.push_back(sql("DROP TYPE {} CASCADE", address(object.id)));
    describe(action, fmt::format("Drop {} with its functions", spoken(*object.parent)));
  } else if (!context.before.has(definition_of(object.id))) {
    action.sql.push_back(sql("DROP TYPE {}", address(object.id)));
  }
}

bool is_dropped_apart(const Object& object, const ChangeContext&) { return is_definition(object.id); }

bool takes_along(const Object& function, const ChangeContext& context) {
  return std::ranges::any_of(function.depends_on, [&](const ObjectId& type) {
    const Object* definition = type.member.empty() ? context.before.find(definition_of(type)) : nullptr;
    return definition != nullptr && definition->parent == type && context.is_dropped(type) && needs(*definition, function.id);
  });
}

}  // namespace lpc::kinds::staged
