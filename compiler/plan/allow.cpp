#include "plan/allow.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "kinds/kind.h"

namespace lpc::plan {

namespace {

/// Types such as `integer[]` are in the names of functions, so a pattern that is a name as it stands comes first.
bool fits(const std::string& pattern, const std::string& name) { return pattern == name || ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0; }

/// `shop.users.email`, `shop.users`, `shop`.
std::vector<std::string> paths_of(const ObjectId& id) {
  std::vector<std::string> paths{id.path()};
  if (!id.member.empty()) paths.push_back(qualified(id.schema, id.name).text);
  if (!id.schema.empty()) paths.push_back(ident(id.schema).text);
  return paths;
}

const PlanningHint* hint_of(const Object* object, std::string_view name) {
  if (object == nullptr) return nullptr;
  const auto found = std::find_if(object->hints.begin(), object->hints.end(), [&](const PlanningHint& hint) { return hint.name == name; });
  return found == object->hints.end() ? nullptr : &*found;
}

/// The object, what it is part of, and its schema.
std::vector<const Object*> line_of(const ObjectId& id, const Catalog& catalog) {
  std::vector<const Object*> line;
  const Object* object = catalog.find(id);
  std::string schema = id.schema.str();
  for (; object != nullptr; object = object->parent ? catalog.find(*object->parent) : nullptr) line.push_back(object);
  if (const Object* holder = catalog.find(schema_id(schema)); holder != nullptr && !schema.empty()) line.push_back(holder);
  return line;
}

const PlanningHint* allowing_hint(const std::string& code, const ObjectId& id, const Catalog& before, const Catalog& desired) {
  std::vector<const Object*> line = line_of(id, desired);
  for (const Object* object : line_of(id, before)) {    // of what is dropped, the parts that stay speak in the desired catalog
    if (const Object* now = desired.find(object->id)) line.push_back(now);
  }
  for (const Object* object : line) {
    for (const PlanningHint& hint : object->hints) {
      if (hint.name != "allow" || hint.arguments.size() != 2) continue;
      const diag::CodeInfo* meant = diag::find_hazard(hint.arguments.front());
      if (meant != nullptr && diag::code_text(meant->code) == code) return &hint;
    }
  }
  return nullptr;
}

std::string shell_quoted(const std::string& text) {
  const bool plain = std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) || std::string_view("_.:,-=/").find(static_cast<char>(c)) != std::string_view::npos; });
  if (plain) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

bool fits_object(std::string_view pattern, std::string_view object) {
  const std::string wanted(pattern);
  if (fits(wanted, std::string(object))) return true;
  const auto id = ObjectId::parse(object);
  if (!id) return false;
  const std::vector<std::string> paths = paths_of(*id);
  return std::ranges::any_of(paths, [&](const std::string& path) { return fits(wanted, path); });
}

Result<Allowance> parse_allowance(std::string_view text) {
  Allowance allowance;
  const std::size_t equals = text.find('=');
  if (equals != std::string_view::npos) allowance.reason = trim(text.substr(equals + 1));
  std::string_view rest = text.substr(0, equals);
  const std::size_t colon = rest.find(':');
  if (colon != std::string_view::npos) allowance.object = trim(rest.substr(colon + 1));
  const std::string code(trim(rest.substr(0, colon)));
  if (code == "all") {
    allowance.code = code;
    return allowance;
  }
  const diag::CodeInfo* hazard = diag::find_hazard(code);
  if (hazard == nullptr) {
    const auto near = nearest(code, diag::hazard_codes());
    return Failure{"LP7015", diag::make(diag::Code::kNotAHazard, {}, code).message, near ? fmt::format("did you mean `{}`?", *near) : "write CODE, CODE:object or CODE:object=reason", ""};
  }
  allowance.code = diag::code_text(hazard->code);
  return allowance;
}

void allow(std::vector<Step>& steps, const std::vector<Allowance>& allowances, std::string_view source) {
  for (Step& step : steps) {
    for (StepHazard& hazard : step.hazards) {
      for (const Allowance& allowance : allowances) {
        if (!hazard.allowed.empty() || (allowance.code != "all" && allowance.code != hazard.code)) continue;
        if (allowance.object.empty() || fits_object(allowance.object, hazard.object)) hazard.allowed = allowance.reason.empty() ? std::string(source) : allowance.reason;
      }
    }
  }
}

void allow_by_hints(std::vector<Step>& steps, const Catalog& before, const Catalog& desired) {
  for (Step& step : steps) {
    for (StepHazard& hazard : step.hazards) {
      const auto id = ObjectId::parse(hazard.object);
      const PlanningHint* hint = id && hazard.allowed.empty() ? allowing_hint(hazard.code, *id, before, desired) : nullptr;
      if (hint != nullptr) hazard.allowed = hint->arguments[1];
    }
  }
}

bool stops(const StepHazard& hazard) { return hazard.severity != "note" && hazard.allowed.empty(); }

std::string allowance_for(const StepHazard& hazard) {
  if (hazard.object.empty()) return hazard.code;
  const auto id = ObjectId::parse(hazard.object);
  return shell_quoted(hazard.code + ":" + (id ? id->path() : hazard.object));
}

void refuse_drops_of_protected(const std::vector<Action>& actions, const Catalog& before, const Catalog& desired, const std::vector<std::string>& patterns, diag::Sink& sink) {
  std::set<ObjectId> said;
  const auto check = [&](const ObjectId& id) {
    const PlanningHint* hint = hint_of(desired.find(id), "protect");
    if (hint == nullptr) hint = hint_of(before.find(id), "protect");
    // A pattern means what holds rows or state; a hint what it stands on.
    const auto pattern = !kinds::kind(id.kind).traits.holds_data
                             ? patterns.end()
                             : std::ranges::find_if(patterns, [&](const std::string& wanted) { return fits(wanted, id.path()) || fits(wanted, id.text()); });
    if ((hint == nullptr && pattern == patterns.end()) || !said.insert(id).second) return;
    const std::string by = hint != nullptr ? "`@protect`" : fmt::format("`{}` in lockplane.toml", *pattern);
    const bool anew = desired.has(id);
    diag::Diagnostic diagnostic = diag::make(diag::Code::kDropsProtected, hint != nullptr && desired.has(id) ? hint->span : Span{}, id.text(), by);
    if (anew) diagnostic.notes.push_back({"the change can't be made in place: it is dropped and made again", {}});
    sink.add(std::move(diagnostic));
  };
  for (const Action& action : actions) {
    if (action.type != ActionType::drop) continue;
    check(action.object);
    for (const ObjectId& part : action.covers) check(part);
  }
}

}  // namespace lpc::plan
