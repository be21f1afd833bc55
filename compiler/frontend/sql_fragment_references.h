// Reads the parser's tree for the names that SQL refers to. Knows scopes of WITH and temporary tables made on the way, and nothing else
// of what a name means.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "frontend/sql_fragment.h"
#include "frontend/sql_fragment_tree.h"

namespace lpc::frontend {

/// Adds to one References; each name once, with the place where it was seen first.
class ReferenceCollector {
 public:
  explicit ReferenceCollector(References& references) : references_(references) {}

  /// Names of the tree below `node`. `prefix` is what stands before the fragment in the parsed text and `length` the fragment's size, both
  /// in bytes; places are unknown when `length` is 0.
  void collect(const SqlNode* node, std::uint32_t prefix, std::uint32_t length);
  /// A type written as text, such as a PL/pgSQL variable's; `%TYPE` and `%ROWTYPE` make it a relation.
  void add_type_text(std::string_view type);

 private:
  /// Names bound by WITH, innermost first.
  struct Scope {
    std::string_view name;
    const Scope* outer;
  };
  struct Work {
    const SqlNode* node;
    const Scope* scope;
  };

  void visit(const Work& work);
  void push_children(const Work& work, std::string_view skipped = {});
  const Scope* open_with(const SqlNode* with, const Scope* scope, std::vector<Work>& queries);
  void add_relation(const SqlNode* range, const Scope* scope);
  void add_type(const SqlNode* type);
  void add_function(const SqlNode* call);
  void add_constant(const SqlNode* cast);
  void add_constant_name(std::string_view type, const SqlNode* constant);
  void add(std::vector<SqlName>& names, char category, std::vector<std::string> parts, const SqlNode* place);
  std::uint32_t offset_of(const SqlNode* place) const;

  References& references_;
  std::unordered_set<std::string> seen_;
  std::unordered_set<std::string> created_;   ///< tables that earlier statements of the fragment make
  std::deque<Scope> scopes_;
  std::vector<Work> work_;
  std::uint32_t prefix_ = 0;
  std::uint32_t length_ = 0;
};

}  // namespace lpc::frontend
