// What a change does to rights: who may see, change or run more than before. (Row-level security that is taken away is said where it is taken: LP4012.)
// https://www.postgresql.org/docs/15/ddl-rowsecurity.html, https://www.postgresql.org/docs/15/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "kinds/identity_sequence.h"
#include "kinds/judge.h"
#include "kinds/relation_options.h"
#include "kinds/routine.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

using diag::Code;
using Hazards = std::vector<Hazard>;

std::vector<std::string> public_grants(const Object* object, std::string_view attribute) {
  const Value* grants = object == nullptr ? nullptr : object->attributes.find(attribute);
  const Value* entries = grants == nullptr ? nullptr : grants->find("public");
  return entries == nullptr ? std::vector<std::string>{} : entries->texts();
}

/// Everybody may use the schema and connect to the database; nothing is in there by that alone.
bool is_harmless_for_all(std::string_view privilege) { return privilege.starts_with("USAGE") || privilege.starts_with("CONNECT") || privilege.starts_with("TEMPORARY"); }

void judge_grants(const Judged& judged, Hazards& hazards) {
  if (judged.after == nullptr) return;
  std::vector<std::string> fresh;
  for (const std::string_view attribute : {std::string_view("grants"), kSequenceGrants}) {
    if (!judged.is_made() && !judged.changes(attribute)) continue;
    const std::vector<std::string> before = public_grants(judged.before, attribute);
    for (const std::string& privilege : public_grants(judged.after, attribute)) {
      if (!is_harmless_for_all(privilege) && std::ranges::find(before, privilege) == before.end()) fresh.push_back(privilege);
    }
  }
  if (!fresh.empty()) add_hazard(hazards, Code::kGrantsToPublic, judged.after->id, lpc::join(fresh, ", "), judged.after->id.text());
}

void judge_owner(const Judged& judged, Hazards& hazards) {
  if (judged.before == nullptr || judged.after == nullptr || !judged.changes("owner")) return;
  const std::string &was = judged.before->attributes.text("owner"), &is = judged.after->attributes.text("owner");
  if (!was.empty() && !is.empty()) add_hazard(hazards, Code::kChangesOwner, judged.after->id, judged.after->id.text(), is);
}

bool sets_search_path(const Object& routine) {
  const Value* settings = routine.attributes.find("settings");
  for (const Value& setting : settings == nullptr ? List{} : settings->list()) {
    const Value* name = setting.find("name");
    const std::string text = to_lower_ascii(name != nullptr ? name->text() : setting.text());
    if (text.starts_with("search_path")) return true;
  }
  return false;
}

bool is_unsafe_definer(const Object* routine) {
  // A body of the SQL standard's form has its names resolved when it is made.
  return routine != nullptr && routine->attributes.flag("security_definer") && !sets_search_path(*routine) && !routine::has_standard_body(*routine);
}

void judge_security_of_routine(const Judged& judged, Hazards& hazards) {
  if (!is_unsafe_definer(judged.after) || is_unsafe_definer(judged.before)) return;
  if (judged.is_made() || judged.changes("security_definer") || judged.changes("settings")) {
    add_hazard(hazards, Code::kDefinerWithoutPath, judged.after->id, judged.after->id.path());
  }
}

bool invokes_as_caller(const Object& view) {
  const Map options = option_map(view);
  return std::ranges::any_of(options, [](const auto& option) {
    const std::string& value = option.second.text();
    return option.first == "security_invoker" && (value == "true" || value == "on" || value == "yes" || value == "1");
  });
}

/// The first table with row-level security that the view reads, itself or through other views; "" when none.
const Object* guarded_table(const Object& view, const Catalog& catalog, int depth = 0) {
  for (const ObjectId& need : view.depends_on) {
    ObjectId relation = need;
    if (need.kind == KindId::Column) relation = {KindId::Table, need.schema, need.name, "", ""};
    const Object* found = catalog.find(relation);
    if (found == nullptr || found == &view) continue;
    if (found->attributes.flag("row_level_security")) return found;
    if (found->id.kind != KindId::View || depth > 16) continue;
    if (const Object* deeper = guarded_table(*found, catalog, depth + 1)) return deeper;
  }
  return nullptr;
}

/// The view's owner's rights count for the tables below, and an owner of those is past their policies: https://www.postgresql.org/docs/15/sql-createview.html
const Object* passed_table(const Object* view, const Catalog& catalog) {
  if (view == nullptr || (view->id.kind == KindId::View && invokes_as_caller(*view))) return nullptr;
  return guarded_table(*view, catalog);
}

void judge_security_of_view(const Judged& judged, Hazards& hazards) {
  if (judged.after == nullptr || !(judged.is_made() || judged.changes("query") || judged.changes("options"))) return;
  const Object* table = passed_table(judged.after, judged.context.after);
  if (table == nullptr || passed_table(judged.before, judged.context.before) != nullptr) return;
  add_hazard(hazards, Code::kViewPassesRowSecurity, judged.after->id, judged.after->id.path(), table->id.path());
}

bool has_policies(const Object& table, const Catalog& catalog) {
  return std::ranges::any_of(catalog.children(table.id), [](const Object* part) { return part->id.kind == KindId::Policy; });
}

/// Row-level security that comes to be on where rows are: without a policy it hides them all.
void judge_table(const Judged& judged, Hazards& hazards) {
  if (judged.after == nullptr) return;
  if (judged.before != nullptr && judged.changes("unlogged") && judged.after->attributes.flag("unlogged")) {
    add_hazard(hazards, Code::kBecomesUnlogged, judged.after->id, judged.after->id.path());
  }
  const bool turned_on = judged.after->attributes.flag("row_level_security") && (judged.is_made() || judged.changes("row_level_security"));
  if (!turned_on || judged.before == nullptr) return;
  if (!has_policies(*judged.after, judged.context.after)) add_hazard(hazards, Code::kRowSecurityWithoutPolicy, judged.after->id, judged.after->id.path());
}

void judge_policy(const Judged& judged, Hazards& hazards) {
  if (!judged.is_made()) return;
  const Object* table = judged.context.after.find(relation_id(*judged.after));
  if (table != nullptr && !table->attributes.flag("row_level_security")) add_hazard(hazards, Code::kPolicyWithoutRowSecurity, judged.after->id, table->id.path());
}

void judge_role(const Judged& judged, Hazards& hazards) {
  if (judged.after == nullptr) return;
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kPowers = {
      {{"superuser", "SUPERUSER"}, {"bypassrls", "BYPASSRLS"}, {"createrole", "CREATEROLE"}, {"replication", "REPLICATION"}}};
  for (const auto& [attribute, word] : kPowers) {
    const bool gained = judged.after->attributes.flag(attribute) && (judged.before == nullptr || !judged.before->attributes.flag(attribute));
    if (gained && (judged.is_made() || judged.changes(attribute))) add_hazard(hazards, Code::kPowerfulRole, judged.after->id, judged.after->id.path(), word);
  }
}

}  // namespace

void judge_security(const Judged& judged, Hazards& hazards) {
  if (judged.action.type == ActionType::rename || judged.action.type == ActionType::drop) return;
  judge_grants(judged, hazards);
  judge_owner(judged, hazards);
  static constexpr std::pair<KindId, void (*)(const Judged&, Hazards&)> kJudges[] = {
      {KindId::Function, judge_security_of_routine}, {KindId::Procedure, judge_security_of_routine}, {KindId::View, judge_security_of_view}, {KindId::MaterializedView, judge_security_of_view},
      {KindId::Table, judge_table},      {KindId::Policy, judge_policy},     {KindId::Role, judge_role},
  };
  for (const auto& [kind, judge_it] : kJudges) {
    if (kind == judged.object().id.kind) judge_it(judged, hazards);
  }
}

}  // namespace lpc::kinds
