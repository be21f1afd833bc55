// What to say about a declaration that doesn't parse. The grammar stops at the first mistake; here the declaration is cut into its head and its
// members, and each is tried by itself, so that every mistake is reported once and none makes others.
#pragma once

#include <vector>

#include "diag/sink.h"
#include "frontend/build_tree.h"
#include "frontend/parse_grammar.h"

namespace lpc::frontend {

class Recovery {
 public:
  Recovery(FileId file, std::string_view source, Grammar& grammar, const TreeBuilder& builder, std::vector<diag::Diagnostic>& diagnostics)
      : file_(file), source_(source), grammar_(grammar), builder_(builder), diagnostics_(diagnostics) {}

  /// Reports what is wrong with `tokens`; `error`, the mistake that the whole of it gave, when the parts say nothing. Gives the declaration without the members
  /// that have mistakes, for the later stages to look at; nothing when its head has one, or when no such member was found.
  std::vector<LexToken> explain(const std::vector<LexToken>& tokens, const SyntaxError& error);
  /// Reports columns whose type seems to be missing, and nothing when every member parses by itself.
  void explain_doubtful(const std::vector<LexToken>& tokens);
  /// Reports a column's name when it looks more like a slip in a clause of the column before it on the line.
  void explain_mistyped_clause(const LexToken& name);

 private:
  using Tokens = std::vector<LexToken>;

  void parts(const Tokens& tokens, Entry entry);
  void members(const Tokens& tokens, std::size_t begin, std::size_t end, Entry entry, Tokens& sound);
  void member(const Tokens& tokens, Entry entry);
  void report(const Tokens& tokens, const SyntaxError& error);
  bool report_missing_type(const Tokens& tokens, const SyntaxError& error);
  bool report_stray_word(const Tokens& tokens, const SyntaxError& error);
  std::string expected(const SyntaxError& error) const;
  std::string expected_by_rule(const SyntaxError& error) const;
  void report_unexpected(const Tokens& tokens, std::size_t at, const std::string& expected, const std::vector<std::string>& words);
  bool has_rule(const SyntaxError& error, std::string_view name) const;

  FileId file_;
  std::string_view source_;
  Grammar& grammar_;
  const TreeBuilder& builder_;
  std::vector<diag::Diagnostic>& diagnostics_;
  Tree tree_;
  Tokens sound_;    ///< the declaration being explained as far as it parses; empty when its head doesn't
};

}  // namespace lpc::frontend
