// Settings that a routine runs under: `SET search_path = …`. Kept as pg_proc.proconfig keeps them, so that nothing is lost.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "kinds/routine.h"

namespace lpc::kinds::routine {
namespace {

/// Lists whose items the server quotes one by one (GUC_LIST_QUOTE): variable_is_guc_list_quote() in src/bin/pg_dump/dumputils.c.
constexpr std::array kQuotedLists = std::to_array<std::string_view>({"local_preload_libraries", "search_path", "session_preload_libraries",
                                                                     "shared_preload_libraries", "temp_tablespaces", "unix_socket_directories"});

bool is_quoted_list(std::string_view name) {
  const std::string folded = to_lower_ascii(name);
  return std::find(kQuotedLists.begin(), kQuotedLists.end(), folded) != kQuotedLists.end();
}

/// The items of such a list, quotes taken off: SplitGUCList() in src/bin/pg_dump/dumputils.c.
std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  std::size_t at = 0;
  const auto skip_blanks = [&] {
    while (at < text.size() && std::string_view(" \t\r\n").find(text[at]) != std::string_view::npos) ++at;
  };
  for (skip_blanks(); at < text.size(); skip_blanks()) {
    std::string item;
    if (text[at] == '"') {
      for (++at; at < text.size(); ++at) {
        if (text[at] == '"' && (at + 1 >= text.size() || text[at + 1] != '"')) break;
        if (text[at] == '"') ++at;
        item += text[at];
      }
      if (at < text.size()) ++at;
    } else {
      const std::size_t end = std::min(text.find_first_of(", \t\r\n", at), text.size());
      item = text.substr(at, end - at);
      at = end;
    }
    items.push_back(std::move(item));
    skip_blanks();
    if (at < text.size() && text[at] == ',') ++at;
  }
  return items;
}

const std::string& name_in(const Value& setting) {
  static const std::string none;
  const Value* name = setting.find("name");
  return name == nullptr ? none : name->text();
}

std::string value_of(const Value& setting) {
  const Value* value = setting.find("value");
  return value == nullptr ? std::string() : value->text();
}

/// A custom setting's name has two parts: plpgsql.check_asserts.
Sql setting_name(std::string_view name) {
  std::vector<Sql> parts;
  for (const std::string& part : split(name, '.')) parts.push_back(ident(part));
  return join(parts, ".");
}

std::string written_value(const ast::Value& value) { return value.shape == ast::Shape::name ? value.name.dotted() : value.text; }

const Value* find_setting(const List& settings, std::string_view name) {
  const auto found = std::find_if(settings.begin(), settings.end(), [&](const Value& setting) { return name_in(setting) == name; });
  return found == settings.end() ? nullptr : &*found;
}

List settings_of(const Object& object) {
  const Value* list = object.attributes.find("settings");
  return list == nullptr ? List() : list->list();
}

}  // namespace

Value declared_settings(const ast::Decl& decl) {
  List settings;
  for (const ast::Clause* clause : decl.all("set")) {
    if (clause->values.empty()) continue;
    const std::string name = written_value(clause->values.front());
    std::vector<std::string> items;
    for (std::size_t i = 1; i < clause->values.size(); ++i) {
      const std::string item = written_value(clause->values[i]);
      // flatten_set_variable_args() in src/backend/utils/misc/guc.c
      items.push_back(is_quoted_list(name) ? ident(item).text : item);
    }
    const auto same = std::find_if(settings.begin(), settings.end(), [&](const Value& other) { return name_in(other) == name; });
    if (clause->values.size() == 2 && clause->values[1].shape == ast::Shape::word && clause->values[1].text == "default") {
      if (same != settings.end()) settings.erase(same);  // TO DEFAULT takes it out again
      continue;
    }
    Value setting(Map{{"name", Value(name)}, {"value", Value(lpc::join(items, ", "))}});
    if (same == settings.end()) {
      settings.push_back(std::move(setting));
    } else {
      *same = std::move(setting);  // the last one holds, as in CREATE FUNCTION
    }
  }
  return Value(std::move(settings));
}

Sql setting_clause(const Value& setting) {
  const std::string& name = name_in(setting);
  const std::string value = value_of(setting);
  if (!is_quoted_list(name)) return sql("SET {} TO {}", setting_name(name), literal(value));
  std::vector<Sql> items;
  for (const std::string& item : split_list(value)) items.push_back(literal(item));
  if (items.empty()) items.push_back(literal(""));
  return sql("SET {} TO {}", setting_name(name), join(items, ", "));
}

void print_settings(const Object& object, LpWriter& writer) {
  for (const Value& setting : settings_of(object)) {
    const std::string& name = name_in(setting);
    writer.word("set");
    bool first = true;
    for (const std::string& part : split(name, '.')) {
      if (!first) writer.word(".");
      writer.ident(part);
      first = false;
    }
    writer.word("=");
    if (!is_quoted_list(name)) {
      writer.string(value_of(setting));
      continue;
    }
    const std::vector<std::string> items = split_list(value_of(setting));
    if (items.empty()) writer.string("");
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) writer.word(",");
      if (items[i].empty()) {
        writer.string("");
      } else {
        writer.ident(items[i]);
      }
    }
  }
}

std::vector<Sql> setting_changes(const Object& before, const Object& after) {
  const List old_list = settings_of(before);
  const List new_list = settings_of(after);
  // SET puts a new setting at the end and leaves a known one where it is (GUCArrayAdd), RESET takes it out.
  List reached;
  std::vector<Sql> clauses;
  for (const Value& setting : old_list) {
    const Value* wanted = find_setting(new_list, name_in(setting));
    if (wanted == nullptr) {
      clauses.push_back(sql("RESET {}", setting_name(name_in(setting))));
      continue;
    }
    reached.push_back(*wanted);
    if (value_of(*wanted) != value_of(setting)) clauses.push_back(setting_clause(*wanted));
  }
  for (const Value& setting : new_list) {
    if (find_setting(old_list, name_in(setting)) != nullptr) continue;
    reached.push_back(setting);
    clauses.push_back(setting_clause(setting));
  }
  if (reached == new_list) return clauses;
  clauses = {sql("RESET ALL")};
  for (const Value& setting : new_list) clauses.push_back(setting_clause(setting));
  return clauses;
}

}  // namespace lpc::kinds::routine
