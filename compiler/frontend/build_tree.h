// From the grammar's tree to the syntax tree, by the naming convention at the head of grammar/LockplaneParser.g4. No kind, clause or
// word is named here, so new ones need nothing.
#pragma once

#include <string_view>
#include <vector>

#include "ast/ast.h"
#include "diag/sink.h"
#include "frontend/parse_grammar.h"

namespace lpc::frontend {

/// True when a column begins in the middle of a line, with no comma or brace before it: rather a slip in the column before it.
bool runs_on(const std::vector<LexToken>& tokens, std::uint32_t column);

class TreeBuilder {
 public:
  explicit TreeBuilder(const std::vector<std::string>& rule_names);

  struct Input {
    FileId file;
    std::string_view source;
    const std::vector<LexToken>& tokens;
    const Tree& tree;
    std::uint32_t gap_begin;   ///< where the comments before the first token may begin
  };
  struct Output {
    std::vector<ast::Import> imports;
    std::vector<ast::Decl> declarations;
    std::vector<diag::Diagnostic> diagnostics;   ///< of what can be written and isn't supported
    /// A column's type stands on another line than its name: as likely a column without a type, and the next line's name.
    bool has_doubtful_column = false;
    /// The tokens where columns run on.
    std::vector<std::uint32_t> run_on_columns;
  };
  Output build(const Input& input) const;

  /// "column" for rule `columnDecl`, and so on; "" for rules that aren't declarations.
  std::string_view declaration_kind(std::uint16_t rule) const;
  std::string_view rule_name(std::uint16_t rule) const { return rules_[rule].rule; }

 private:
  /// What a rule becomes.
  enum class Shape : std::uint8_t {
    nothing_of_its_own, declaration, clause, word, name, string, number, sql, verbatim, expression, type, names, option, hint, import,
    label, operator_name, uniform_kind, external,
  };
  struct Rule {
    std::string rule;
    std::string word;   ///< in snake case, without Decl or Clause
    Shape shape;
  };
  class Run;

  static Rule classify(const std::string& rule);

  std::vector<Rule> rules_;
};

}  // namespace lpc::frontend
