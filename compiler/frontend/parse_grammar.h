// The generated parser behind an interface without ANTLR in it: tokens in, a flat tree of grammar rules or the first mistake out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/lex.h"

namespace lpc::frontend {

/// The rules that parsing can begin with.
enum class Entry : std::uint8_t {
  declarations,
  table_members,
  view_members,
  role_members,
  enum_members,
  composite_members,
  uniform_members,
};

/// One use of a grammar rule. Nodes stand in the order in which their rules were entered, so a node's subtree follows it.
struct TreeNode {
  std::uint16_t rule = 0;
  std::uint32_t first = 0;   ///< its tokens: [first, last)
  std::uint32_t last = 0;
  std::uint32_t next = 0;    ///< index of the node after its subtree
};
using Tree = std::vector<TreeNode>;

struct SyntaxError {
  std::size_t token = 0;                 ///< index of the token that fits nowhere; the number of tokens when it is the end
  std::vector<std::uint16_t> expected;   ///< what could have stood there, as far as it is known
  std::vector<std::uint16_t> rules;      ///< the rules under way, innermost first
};

class Grammar {
 public:
  Grammar();
  ~Grammar();
  Grammar(const Grammar&) = delete;
  Grammar& operator=(const Grammar&) = delete;

  /// Fills `tree`, or gives the first mistake. Never throws.
  std::optional<SyntaxError> parse(const std::vector<LexToken>& tokens, Entry entry, Tree& tree);
  /// By rule number.
  const std::vector<std::string>& rule_names() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lpc::frontend
