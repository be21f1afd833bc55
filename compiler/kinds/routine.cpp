#include "kinds/routine.h"

#include <algorithm>

#include "base/text.h"
#include "kinds/extension_dependencies.h"

namespace lpc::kinds::routine {
namespace {

Sql one_parameter(const Parameter& parameter) {
  std::vector<Sql> words;
  if (parameter.mode == "out") words.push_back(sql("OUT"));
  if (parameter.mode == "inout") words.push_back(sql("INOUT"));
  if (parameter.mode == "variadic") words.push_back(sql("VARIADIC"));
  if (!parameter.name.empty()) words.push_back(ident(parameter.name));
  words.push_back(fragment(parameter.type));
  if (!parameter.default_expression.empty()) words.push_back(sql("DEFAULT {}", fragment(parameter.default_expression)));
  return join(words, " ");
}

void append_declared(std::vector<Parameter>& parameters, std::string_view text, LowerContext& context) {
  for (frontend::Parameter& said : context.fragments.parameters(text)) {
    Parameter parameter;
    parameter.mode = said.mode == "in" ? std::string() : std::move(said.mode);
    parameter.name = std::move(said.name);
    // Modifiers are thrown away by the server: https://www.postgresql.org/docs/15/sql-createfunction.html, "Notes".
    parameter.type = frontend::argument_type(context.type_text(said.type));
    parameter.default_expression = std::move(said.default_expression);
    parameters.push_back(std::move(parameter));
  }
}

std::vector<Parameter> select(const std::vector<Parameter>& all, bool (Parameter::*wanted)() const) {
  std::vector<Parameter> result;
  std::copy_if(all.begin(), all.end(), std::back_inserter(result), [&](const Parameter& parameter) { return (parameter.*wanted)(); });
  return result;
}

}  // namespace

std::vector<Parameter> parameters_of(const Object& object) {
  std::vector<Parameter> parameters;
  const Value* list = object.attributes.find("parameters");
  if (list == nullptr) return parameters;
  for (const Value& item : list->list()) {
    parameters.push_back({text_of(item, "mode"), text_of(item, "name"), text_of(item, "type"), text_of(item, "default")});
  }
  return parameters;
}

Value parameters_value(const std::vector<Parameter>& parameters) {
  List list;
  for (const Parameter& parameter : parameters) {
    Map map;
    const auto put = [&](const char* key, const std::string& text) {
      if (!text.empty()) map.emplace_back(key, Value(text));
    };
    put("mode", parameter.mode);
    put("name", parameter.name);
    put("type", parameter.type);
    put("default", parameter.default_expression);
    list.push_back(Value(std::move(map)));
  }
  return Value(std::move(list));
}

std::vector<Parameter> declared_parameters(const ast::Decl& decl, LowerContext& context) {
  std::vector<Parameter> parameters;
  if (const ast::Clause* clause = decl.clause("parameters")) {
    if (const ast::Value* list = clause->value(ast::Shape::sql); list != nullptr && !list->text.empty()) {
      context.fragments.check(frontend::FragmentKind::parameters, list->text, list->span, context.sink);
      append_declared(parameters, list->text, context);
    }
  }
  const ast::Clause* returns = decl.clause("returns");
  const ast::Clause* table = returns == nullptr ? nullptr : returns->clause("returns_table");
  if (const ast::Value* columns = table == nullptr ? nullptr : table->value(ast::Shape::sql)) {
    context.fragments.check(frontend::FragmentKind::table_columns, columns->text, columns->span, context.sink);
    const std::size_t first = parameters.size();
    append_declared(parameters, columns->text, context);
    for (std::size_t i = first; i < parameters.size(); ++i) parameters[i].mode = "table";
  }
  return parameters;
}

std::string input_types(const std::vector<Parameter>& parameters) {
  std::vector<std::string> types;
  for (const Parameter& parameter : select(parameters, &Parameter::is_input)) types.push_back(parameter.type);
  return lpc::join(types, ", ");
}

Sql parameter_list(const std::vector<Parameter>& parameters, bool table_columns) {
  std::vector<Sql> parts;
  for (const Parameter& parameter : parameters) {
    if ((parameter.mode == "table") == table_columns) parts.push_back(one_parameter(parameter));
  }
  return join(parts, ", ");
}

std::string implied_return_type(const std::vector<Parameter>& parameters) {
  const std::vector<Parameter> outputs = select(parameters, &Parameter::is_output);
  if (outputs.empty()) return {};
  return outputs.size() == 1 ? outputs.front().type : "record";
}

// The rules of ProcedureCreate() in src/backend/catalog/pg_proc.c. The input types are the same: they are the routine's identity.
bool can_replace_parameters(const Object& before, const Object& after) {
  const std::vector<Parameter> old_all = parameters_of(before);
  const std::vector<Parameter> new_all = parameters_of(after);
  const std::vector<Parameter> old_inputs = select(old_all, &Parameter::is_input);
  const std::vector<Parameter> new_inputs = select(new_all, &Parameter::is_input);
  const std::vector<Parameter> old_outputs = select(old_all, &Parameter::is_output);
  const std::vector<Parameter> new_outputs = select(new_all, &Parameter::is_output);
  if (old_inputs.size() != new_inputs.size() || old_outputs.size() != new_outputs.size()) return false;
  for (std::size_t i = 0; i < old_inputs.size(); ++i) {
    const Parameter& was = old_inputs[i];
    const Parameter& is = new_inputs[i];
    if (was.mode != is.mode) return false;
    if (!was.name.empty() && was.name != is.name) return false;
    if (!was.default_expression.empty() && is.default_expression.empty()) return false;
  }
  for (std::size_t i = 0; i < old_outputs.size(); ++i) {
    if (old_outputs[i].type != new_outputs[i].type || old_outputs[i].mode != new_outputs[i].mode) return false;
    // One output is the return type itself and has no column name, but a name that a caller may use stays anyway.
    if (old_outputs[i].name != new_outputs[i].name) return false;
  }
  return true;
}

Object* lower_common(const ast::Decl& decl, LowerContext& context, KindId kind) {
  const std::vector<Parameter> parameters = declared_parameters(decl, context);
  ObjectId id{kind, context.schema_of(decl.name), decl.name.last(), "", input_types(parameters)};
  Object* object = context.add(decl, std::move(id));
  if (object == nullptr) return nullptr;
  object->attributes.set("parameters", parameters_value(parameters));
  if (const ast::Clause* security = context.once(decl, "security")) {
    object->attributes.set("security_definer", Value(security->word_value() == "definer"));
  }
  object->attributes.set("settings", declared_settings(decl));
  if (const ast::Clause* transform = context.once(decl, "transform")) {
    List types;
    for (const ast::Value& value : transform->values) {
      if (value.shape == ast::Shape::type) types.push_back(Value(frontend::argument_type(context.type_text(value.text))));
    }
    object->attributes.set("transforms", Value(std::move(types)));
  }
  lower_extension_dependencies(decl, *object, context);
  lower_body(decl, context, *object);
  return object;
}

Sql transform_clause(const Object& object) {
  std::vector<Sql> parts;
  for (const std::string& type : object.attributes.texts("transforms")) parts.push_back(sql("FOR TYPE {}", fragment(type)));
  return parts.empty() ? Sql{} : sql(" TRANSFORM {}", join(parts, ", "));
}

Sql create_word(const Action& action) { return action.type == ActionType::alter ? sql("CREATE OR REPLACE") : sql("CREATE"); }

bool is_redefined(const Alteration& alteration) {
  if (alteration.before == nullptr) return false;
  for (const AttributeRule& rule : kind(alteration.after.id.kind).attributes) {
    if (rule.alter != nullptr) continue;
    const Value* was = alteration.before->attributes.find(rule.name);
    const Value* is = alteration.after.attributes.find(rule.name);
    if (was != is && (was == nullptr || is == nullptr || *was != *is)) return true;
  }
  return false;
}

void print_tail(const Object& object, LpWriter& writer) {
  print_settings(object, writer);
  print_extension_dependencies(object, writer);
  writer.owner(object).comment_clause(object);
  writer.grants(object);
  print_body(object, writer);
  writer.line();
}

}  // namespace lpc::kinds::routine
