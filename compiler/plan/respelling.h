// SQL that Postgres reads differently when it meets its own words for it. It prints some stored queries and expressions so that they parse into others that mean the same
// (`'x'::text` in a sub-select gets a column name, aliases of a function's columns follow its type, …), so a copy of a live database, built from what the database prints, can't
// always read like it. Nor is there in a copy what befell an object of the live database: an index whose build failed. A plan then leads from the catalog as the copy spells it to the desired one, spelled by the same server; this tells how the live database itself reads.
// Knows no server: both catalogs are given.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "plan/diff.h"
#include "plan/fate.h"
#include "plan/plan.h"
#include "plan/planner.h"

namespace lpc::plan {

/// Whether a change is one of SQL text that is there before and after.
bool is_about_sql(const Delta& delta, const AttributeDelta& attribute);
/// Objects of both catalogs that differ in the text of their SQL, which may be a matter of spelling.
std::vector<ObjectId> maybe_spelled_differently(const std::vector<Delta>& deltas);
/// The catalog with the SQL of these objects as `settled` has it.
Catalog with_words(Catalog catalog, const std::vector<ObjectId>& ids, const Catalog& settled);

/// What an object of the later of two readings of one database was in the earlier one: the same catalog rows.
using Survivors = std::unordered_map<ObjectId, ObjectId, ObjectIdHash>;

class Respelling {
 public:
  /// Attributes by the object that they had at the beginning.
  using Attributes = std::set<std::pair<ObjectId, std::string_view>>;

  Respelling() = default;
  /// Nothing when the catalogs, of one database as it reads and as its copy does, differ in the scope in anything but the text of SQL and mishaps.
  static std::optional<Respelling> between(const Catalog& live, const Catalog& copy, const Scope& scope);

  bool empty() const { return changes_.empty(); }

  /// The copy's catalog with the mishaps of the live one, which a plan may mend, and without them.
  Catalog with_mishaps(const Catalog& copy) const;
  Catalog without_mishaps(const Catalog& copy) const;

  /// `renamed` is the copy after renames. Where they changed text that the live database spells differently, nobody can tell how that reads there: it gets the text of before the renames,
  /// so that the plan says it again.
  Catalog with_stale_texts(Catalog renamed, const Survivors& survivors) const;

  /// The respelled attributes that the steps, which led to `reached`, say again: from then on they read as in the copy.
  Attributes said_again(const std::vector<Step>& steps, const Catalog& reached, const Survivors& survivors) const;

  /// How the live database reads when its copy reads as `reached`: what is still the object that it was and hasn't been said again is in the words that it always had.
  Catalog as_live(Catalog reached, const Survivors& survivors, const Attributes& said_again) const;

  /// What isn't in the words any more that it had in the live database.
  std::vector<ObjectId> reworded(const Catalog& now) const;

 private:
  struct Change {
    std::string_view attribute;
    Value live;
    Value copy;                      ///< of a mishap: none
    std::string_view mended_by;      ///< of a mishap
  };

  template <class Put>
  Catalog changed(Catalog copy, Put put) const;

  std::unordered_map<ObjectId, std::vector<Change>, ObjectIdHash> changes_;
};

}  // namespace lpc::plan
