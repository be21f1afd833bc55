// Builds .lp text for the kinds' `print_lp` hooks. Layout is not its business: what it gives is run through ast::format, so hooks just put words,
// names and fragments in order, a member per line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalog/catalog.h"

namespace lpc::kinds {

class LpWriter {
 public:
  /// The schema whose block is being written, and the owner that `default owner` names.
  std::string schema;
  std::string default_owner;
  /// What is being printed; tells which types can go without their schema. Set by print_object.
  const Catalog* catalog = nullptr;

  LpWriter& word(std::string_view words);                  ///< keywords, numbers, punctuation: put with a blank before
  LpWriter& ident(std::string_view name);                  ///< quoted when .lp needs it
  LpWriter& name(std::string_view schema, std::string_view name);   ///< the schema left out when it is the current one
  LpWriter& relation(std::string_view qualified_text);     ///< SQL text shop."Users" as a name
  LpWriter& string(std::string_view text);                 ///< '…', E'…' when it has control characters or backslashes
  LpWriter& body(std::string_view text);                   ///< $$…$$ with a tag that fits
  LpWriter& type(std::string_view type);
  LpWriter& sql(std::string_view text);                    ///< ( text ), word for word
  LpWriter& expression(std::string_view text);             ///< a primary as it is, anything else in parentheses
  LpWriter& names(const std::vector<std::string>& names);  ///< ( a, b )
  LpWriter& options(const Map& options);                   ///< ( a = 1, b = 'x y' )
  LpWriter& line();                                        ///< ends the member
  LpWriter& open();                                        ///< {
  LpWriter& close();                                       ///< }
  /// `---` lines when the comment can be said that way, else nothing; see comment_clause.
  LpWriter& doc(const Object& object);
  /// `comment '…'` when `doc` could not say it (a blank at an end, a carriage return, an empty text), and the security labels.
  LpWriter& comment_clause(const Object& object);
  /// `security label provider '…'` for each.
  LpWriter& security_labels(const Object& object);
  /// `owner x`, unless it is the default owner.
  LpWriter& owner(const Object& object);
  /// A `grant …`/`revoke …` line for each entry of the object's grants and revokes, and of `columns` (the children that carry column grants).
  LpWriter& grants(const Object& object, const std::vector<const Object*>& columns = {});
  /// The same of the object, as clauses within a line.
  LpWriter& grant_clauses(const Object& object);

  const std::string& text() const { return text_; }

 private:
  bool is_found_unqualified(const std::string& in, const std::string& type) const;

  std::string text_;
  bool at_line_start_ = true;
};

/// Prints `id` with its kind's hook.
void print_object(const Object& object, const Catalog& catalog, LpWriter& writer);

}  // namespace lpc::kinds
