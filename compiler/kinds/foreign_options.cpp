#include "kinds/foreign_options.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "kinds/common.h"
#include "kinds/relation_options.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

struct Said {
  Map options;
  std::vector<std::string> secrets;
  Map placeholders;
};

std::string foreign_option_text(const ast::Value& option) {
  if (option.items.empty()) return {};
  const ast::Value& value = option.items.front();
  return value.shape == ast::Shape::name ? value.name.dotted() : value.text;
}

/// All options with the values that SQL gives them.
Map written_options(const Object& object) {
  Map options = option_map(object);
  for (const std::string& secret : object.attributes.texts("secrets")) {
    options.emplace_back(secret, Value(secrets::placeholder(secret_variable(object, secret))));
  }
  return Value(std::move(options)).map();
}

Sql options_clause(const std::vector<Sql>& items) { return items.empty() ? Sql{} : sql("OPTIONS ({})", join(items, ", ")); }

}  // namespace

std::string secret_variable(const Object& object, std::string_view option) {
  const Value* placeholders = object.attributes.find("_placeholders");
  if (const Value* said = placeholders == nullptr ? nullptr : placeholders->find(option)) return said->text();
  std::vector<std::string_view> words = {kind_name(object.id.kind), object.id.name};
  if (!object.id.member.empty()) words.push_back(object.id.member);
  words.push_back(option);
  return secrets::variable_name(words);
}

Map foreign_options(const ast::Clause& clause, LowerContext& context) {
  Map options;
  for (const ast::Value& value : clause.values) {
    if (value.shape != ast::Shape::option) continue;
    const std::string name = value.name.dotted();
    if (entry_of(options, name) != nullptr) context.error(diag::make(diag::Code::kDuplicateDeclaration, value.span, "option", name));
    if (entry_of(options, name) == nullptr) options.emplace_back(name, Value(foreign_option_text(value)));
  }
  return Value(std::move(options)).map();
}

void lower_foreign_options(const ast::Decl& decl, Object& object, LowerContext& context) {
  const ast::Clause* clause = context.once(decl, "options");
  if (clause == nullptr) return;
  Said said;
  for (auto& [name, value] : foreign_options(*clause, context)) {
    if (!secrets::is_secret(name, value.text())) {
      said.options.emplace_back(name, value);
      continue;
    }
    said.secrets.push_back(name);
    if (const auto variable = secrets::variable(value.text())) {
      said.placeholders.emplace_back(name, Value(*variable));
    } else {
      // Neither sources nor catalogs hold secrets, so this one is not repeated here.
      context.error(diag::make(diag::Code::kWrongValue, clause->span, name,
                               fmt::format("the name of an environment variable that holds the secret, as in '{}'", secrets::placeholder(secret_variable(object, name)))));
    }
  }
  std::ranges::sort(said.secrets);
  object.attributes.set("options", Value(std::move(said.options)));
  object.attributes.set("secrets", Value::strings(said.secrets));
  object.attributes.set("_placeholders", Value(std::move(said.placeholders)));
}

Sql foreign_options_clause(const Map& options) {
  std::vector<Sql> items;
  for (const auto& [name, value] : options) items.push_back(sql("{} {}", ident(name), literal(value.text())));
  return items.empty() ? Sql{} : sql(" {}", options_clause(items));
}

Sql foreign_options_clause(const Object& object) { return foreign_options_clause(written_options(object)); }

Sql foreign_options_change(const Map& before, const Map& after) {
  std::vector<Sql> items;
  for (const auto& [name, value] : before) {
    if (entry_of(after, name) == nullptr) items.push_back(sql("DROP {}", ident(name)));
  }
  for (const auto& [name, value] : after) {
    const Value* was = entry_of(before, name);
    if (was == nullptr) items.push_back(sql("ADD {} {}", ident(name), literal(value.text())));
    if (was != nullptr && !(*was == value)) items.push_back(sql("SET {} {}", ident(name), literal(value.text())));
  }
  return options_clause(items);
}

Sql foreign_options_change(const Object& before, const Object& after) {
  // A secret that was there and stays isn't touched, whatever its variable is called.
  Map from = option_map(before);
  Map to = written_options(after);
  const std::vector<std::string> after_secrets = after.attributes.texts("secrets");
  for (const std::string& secret : before.attributes.texts("secrets")) {
    const bool stays = std::ranges::find(after_secrets, secret) != after_secrets.end();
    from.emplace_back(secret, stays ? *entry_of(to, secret) : Value(false));
  }
  return foreign_options_change(Value(std::move(from)).map(), to);
}

void alter_foreign_options(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& after = alteration.after;
  const Kind& own = kind(after.id.kind);
  const Sql change = foreign_options_change(*alteration.before, after);
  if (change.empty()) return;
  action.sql.push_back(sql("ALTER {} {} {}", fragment(own.sql_name), own.address(after.id), change));
  describe(action, fmt::format("Change the options of {}", spoken(after.id)));
}

void print_foreign_options(const Map& options, LpWriter& writer) {
  if (options.empty()) return;
  writer.word("options (");
  bool first = true;
  for (const auto& [name, value] : options) {
    if (!first) writer.word(",");
    first = false;
    // A key word of SQL, but not of .lp, and in most mappings.
    (name == "user" ? writer.word(name) : writer.ident(name)).string(value.text());
  }
  writer.word(")");
}

void print_foreign_options(const Object& object, LpWriter& writer) { print_foreign_options(written_options(object), writer); }

}  // namespace lpc::kinds
