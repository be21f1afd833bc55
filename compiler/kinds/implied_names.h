// The names that Postgres gives indexes and constraints that have none, by the rules of ChooseIndexName() and ChooseIndexColumnNames() in src/backend/commands/indexcmds.c
// and ChooseConstraintName() in src/backend/catalog/pg_constraint.c. Knows nothing of catalogs: what is taken, the caller says.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace lpc::kinds {

/// Column names of an index made different from each other: a, a1, a2.
inline std::vector<std::string> distinct_column_names(const std::vector<std::string>& names) {
  std::vector<std::string> result;
  for (const std::string& name : names) {
    std::string chosen = name;
    for (int i = 1; std::find(result.begin(), result.end(), chosen) != result.end(); ++i) {
      const std::string suffix = std::to_string(i);
      chosen = name.substr(0, 63 - suffix.size()) + suffix;
    }
    result.push_back(chosen);
  }
  return result;
}

/// The middle of the name: the columns joined, no longer than matters.
inline std::string joined_column_names(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) {
    if (!joined.empty()) joined += '_';
    joined += name;
    if (joined.size() >= 64) break;
  }
  return joined;
}

/// `{table}_{middle}_{label}`, with a number behind the label when that is taken.
inline std::string choose_name(std::string_view table, std::string_view middle, std::string_view label, const std::function<bool(const std::string&)>& taken) {
  std::string name = make_object_name(table, middle, label);
  for (int pass = 1; taken(name); ++pass) name = make_object_name(table, middle, std::string(label) + std::to_string(pass));
  return name;
}

}  // namespace lpc::kinds
