// Clauses of ALTER TABLE that only servers of 16 to 18 know, rewritten to what the grammar of 15 takes in their place. Every byte keeps its place.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lpc::frontend {

struct OlderForm {
  std::string sql;                                        ///< as long as the text given
  /// Of each command (counted from 0 by the commas between them) what was rewritten: "not enforced", "enforced", "virtual", "not null", "set expression", "inherit", "no inherit".
  std::map<std::size_t, std::vector<std::string>> facts;
};

OlderForm to_older_form(std::string_view sql);

}  // namespace lpc::frontend
