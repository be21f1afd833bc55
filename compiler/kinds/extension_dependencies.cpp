#include "kinds/extension_dependencies.h"

#include <fmt/core.h>

#include <algorithm>

#include "kinds/common.h"

namespace lpc::kinds {
namespace {

void say(const Object& object, const Sql& no, const std::string& extension, Action& action) {
  const Kind& own = kind(object.id.kind);
  action.sql.push_back(sql("ALTER {} {} {}DEPENDS ON EXTENSION {}", fragment(own.sql_name), own.address(object.id), no, ident(extension)));
}

}  // namespace

void alter_extension_dependencies(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& object = alteration.after;
  const std::vector<std::string> before = alteration.before == nullptr ? std::vector<std::string>() : alteration.before->attributes.texts("depends_on_extensions");
  const std::vector<std::string> after = object.attributes.texts("depends_on_extensions");
  for (const std::string& name : before) {
    if (std::ranges::find(after, name) == after.end()) say(object, sql("NO "), name, action);
  }
  for (const std::string& name : after) {
    if (std::ranges::find(before, name) == before.end()) say(object, Sql{}, name, action);
  }
  if (action.description.empty()) action.description = fmt::format("Change the extensions that {} depends on", spoken(object.id));
}

void restore_extension_dependencies(const Object& object, Action& action) {
  for (const std::string& name : object.attributes.texts("depends_on_extensions")) say(object, Sql{}, name, action);
}

void lower_extension_dependencies(const ast::Decl& decl, Object& object, LowerContext& context) {
  std::vector<std::string> names;
  for (const ast::Clause* clause : decl.all("depends")) {
    if (clause->word_value() != "depends") {
      context.error(diag::make(diag::Code::kUnexpectedInput, clause->span, "`" + std::string(clause->word_value()) + "`", "`depends on extension`"));
      continue;
    }
    for (const ast::Value& value : clause->values) {
      if (value.shape == ast::Shape::name) names.push_back(value.name.last());
    }
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  object.attributes.set("depends_on_extensions", Value::strings(names));
}

void link_extension_dependencies(const Object& object, LinkContext& context) {
  for (const std::string& name : object.attributes.texts("depends_on_extensions")) context.object({KindId::Extension, "", name, "", ""});
}

void print_extension_dependencies(const Object& object, LpWriter& writer) {
  const char* words = "depends on extension";
  for (const std::string& name : object.attributes.texts("depends_on_extensions")) {
    writer.word(words).ident(name);
    words = ",";
  }
}

}  // namespace lpc::kinds
