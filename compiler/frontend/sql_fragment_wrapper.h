// Parses a fragment inside the smallest statement that can hold it, and makes sure that it stayed inside.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "frontend/sql_fragment.h"
#include "frontend/sql_fragment_tree.h"

namespace lpc::frontend {

struct WrappedParse {
  std::optional<FragmentError> error;
  std::unique_ptr<const SqlTree> tree;
  const SqlNode* content = nullptr;  ///< the part of the tree that the fragment made: a list, or (plpgsql) the statement
  std::uint32_t prefix = 0;           ///< bytes that stand before the fragment in the parsed text
};

WrappedParse parse_wrapped(FragmentKind kind, std::string_view text);

}  // namespace lpc::frontend
