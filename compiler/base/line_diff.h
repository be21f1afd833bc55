// What differs between two texts, line by line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lpc {

/// A unified diff: hunks of up to three lines of context around what differs, each headed by "@@ -1,3 +1,4 @@"; the lines begin with ' ', '-' or '+'. Empty when nothing differs.
std::vector<std::string> unified_diff(std::string_view before, std::string_view after);

}  // namespace lpc
