// What the formatter has to know of each token beyond its text: taken from the syntax tree once, before anything is printed.
#pragma once

#include <cstdint>
#include <vector>

#include "ast/ast.h"
#include "ast/format.h"

namespace lpc::ast {

struct FormatMark {
  bool in_type = false;           ///< a part of a type, where blanks stand between words only
  bool keeps_case = false;        ///< a type's modifier
  bool glued = false;             ///< no blank before it
  bool keeps_quotes = false;
  bool may_break = false;         ///< a clause begins here: the line may end before it
  std::uint32_t verbatim_end = 0; ///< text from here to this offset is printed as it is; 0 when not
};

class FormatMarks {
 public:
  FormatMarks(const std::vector<FormatToken>& tokens, std::string_view source);

  void add(const Decl& declaration);
  const FormatMark& at(std::size_t token) const { return marks_[token]; }
  /// The token that begins at `offset`, or the first one after it.
  std::size_t index(std::uint32_t offset) const;

 private:
  struct Part {
    Span span;
    bool may_break;
  };

  void add_clause(const Clause& clause, std::vector<Part>& parts);
  void add_values(const std::vector<Value>& values, std::vector<Part>& parts);
  void add_type(std::size_t first, std::uint32_t end);
  void add_breaks(const Decl& declaration, std::vector<Part> parts);
  void glue_parenthesis(const Span& span);
  void glue_symbols(const Span& span);
  bool is_filler(std::size_t token) const;

  const std::vector<FormatToken>& tokens_;
  std::string_view source_;
  std::vector<FormatMark> marks_;
};

}  // namespace lpc::ast
