#include "shadow/rename_first.h"

#include <algorithm>
#include <set>
#include <utility>

#include "kinds/kind.h"
#include "shadow/materialise.h"

namespace lpc::shadow {

namespace {

std::set<std::string> taken_names(const Catalog& catalog) {
  std::set<std::string> names;
  for (const Object& object : catalog.objects()) {
    const auto slots = kinds::kind(object.id.kind).slots;
    if (!slots) continue;
    for (std::string& slot : slots(object)) names.insert(std::move(slot));
  }
  return names;
}

class Renamer {
 public:
  Renamer(const Catalog& live, const Catalog& wanted, const PlanRequest& request, Renamed& result) : live_(live), wanted_(wanted), request_(request), result_(result) {}

  /// The next renames of a database that holds `reached`.
  std::vector<Action> next(const Catalog& reached) {
    if (!std::exchange(said_done_, true) && !result_.said.empty()) return keep(live_, plan::with_room(result_.said, live_));
    if (!std::exchange(moved_along_, true)) {
      std::vector<Action> actions = plan::moves_along(reached, wanted_);
      result_.actions.insert(result_.actions.end(), actions.begin(), actions.end());
      if (!actions.empty()) return actions;
    }
    return keep(reached, found_in(reached));
  }

 private:
  std::vector<Action> keep(const Catalog& catalog, const plan::Renames& renames) {
    std::vector<Action> actions = plan::rename_actions(catalog, renames);
    result_.done.insert(result_.done.end(), renames.begin(), renames.end());
    result_.actions.insert(result_.actions.end(), actions.begin(), actions.end());
    return actions;
  }

  plan::Renames found_in(const Catalog& reached) {
    plan::Renames renames;
    result_.left.clear();
    const std::vector<plan::PossibleRename> possible = plan::possible_renames(reached, wanted_);
    const std::set<std::string> taken = possible.empty() ? std::set<std::string>() : taken_names(reached);
    for (const plan::PossibleRename& rename : possible) {
      // What is inherited is renamed with the parent's.
      if (reached.find(rename.before)->attributes.flag("inherited")) continue;
      if (is_free_name(rename.after, taken) && (rename.is_free || agreed(rename))) renames.emplace_back(rename.before, rename.after);
      else if (!rename.is_free) result_.left.push_back(rename);
    }
    return renames;
  }

  bool is_free_name(const ObjectId& id, const std::set<std::string>& taken) const {
    const auto slots = kinds::kind(id.kind).slots;
    if (!slots) return true;
    for (const std::string& slot : slots(*wanted_.find(id))) {
      if (taken.contains(slot)) return false;
    }
    return true;
  }

  /// Asked once for each.
  bool agreed(const plan::PossibleRename& rename) {
    if (!request_.is_rename || !asked_.insert(rename.before).second) return false;
    return request_.is_rename(rename);
  }

  const Catalog& live_;
  const Catalog& wanted_;
  const PlanRequest& request_;
  Renamed& result_;
  std::set<ObjectId> asked_;
  bool said_done_ = false;
  bool moved_along_ = false;
};

/// A schema that an extension's move has made is the planning role's, unless it was made for the owner that it shall have.
void settle_owners(Renamed& renamed, const Catalog& live, const Catalog& wanted, const std::string& role) {
  std::vector<ObjectId> made;
  for (const Object& schema : renamed.catalog->of(KindId::Schema)) {
    const Object* declared = wanted.find(schema.id);
    const bool is_renamed = std::ranges::any_of(renamed.done, [&](const auto& rename) { return rename.second == schema.id; });
    const bool is_settled = declared != nullptr && declared->attributes.text("owner") == schema.attributes.text("owner");
    if (!live.has(schema.id) && !is_renamed && !is_settled) made.push_back(schema.id);
  }
  for (const ObjectId& id : made) {
    Attributes& attributes = renamed.catalog->edit(id)->attributes;
    if (role.empty()) attributes.remove("owner");
    else attributes.set("owner", role);
  }
}

}  // namespace

Result<Renamed> rename_first(ShadowServer& server, const Catalog& live, const Catalog& wanted, const PlanRequest& request, frontend::FragmentParser& fragments, diag::Sink& sink,
                             plan::Survivors* survivors) {
  Renamed result{std::nullopt, {}, plan::find_renames(live, wanted, sink), {}, {}};
  if (sink.has_errors()) return Failure::reported();
  Renamer renamer(live, wanted, request, result);
  std::vector<Action> first = renamer.next(live);
  if (first.empty()) return result;      // which is so nearly always: no database is needed
  const auto next = [&](const Catalog& reached) { return first.empty() ? renamer.next(reached) : std::exchange(first, {}); };
  LP_TRY(result.catalog, carry_out(server, live, next, fragments, sink, survivors));
  settle_owners(result, live, wanted, request.role);
  return result;
}

}  // namespace lpc::shadow
