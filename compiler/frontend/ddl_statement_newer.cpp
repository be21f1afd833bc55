#include "frontend/ddl_statement_newer.h"

#include <algorithm>
#include <optional>

#include "frontend/sql_fragment_scan.h"

namespace lpc::frontend {
namespace {

class Rewriter {
 public:
  explicit Rewriter(std::string_view sql) : pieces_(pieces_of(sql)) { form_.sql = sql; }

  OlderForm run() {
    for (at_ = 0; at_ < pieces_.size(); ++at_) {
      const Piece& piece = pieces_[at_];
      if (piece.is_symbol('(') && opens_key(at_)) key_columns();
      if (piece.is_symbol('(') || piece.is_symbol('[')) ++depth_;
      if (piece.is_symbol(')') || piece.is_symbol(']')) --depth_;
      if (depth_ == 0 && piece.is_symbol(',')) {
        ++command_;
        begin_ = at_ + 1;
      }
      if (piece.kind == LexemeKind::word && depth_ == 0) rewrite();
    }
    return std::move(form_);
  }

 private:
  bool is(std::size_t at, std::string_view word) const { return at < pieces_.size() && pieces_[at].is_word(word); }
  bool follows(std::string_view word) const { return at_ > 0 && is(at_ - 1, word); }
  void fact(std::string_view what) { form_.facts[command_].emplace_back(what); }

  /// Blanks for the pieces from `first` to `last`, with `text` at the start.
  void put(std::size_t first, std::size_t last, std::string_view text) {
    const std::size_t begin = pieces_[first].begin, length = pieces_[last].end() - begin;
    std::string padded(text);
    padded.resize(length, ' ');
    form_.sql.replace(begin, length, padded);
  }

  bool in_command(std::string_view first, std::string_view second) const {
    for (std::size_t at = begin_; at < at_; ++at) {
      if (is(at, first) && is(at + 1, second)) return true;
    }
    return false;
  }

  std::size_t closing(std::size_t open) const {
    int depth = 0;
    for (std::size_t at = open; at < pieces_.size(); ++at) {
      if (pieces_[at].is_symbol('(')) ++depth;
      if (pieces_[at].is_symbol(')') && --depth == 0) return at;
    }
    return pieces_.size();
  }

  /// Whether the columns of a key follow: of PRIMARY KEY, UNIQUE, FOREIGN KEY or REFERENCES.
  bool opens_key(std::size_t open) const {
    if (open == 0) return false;
    if (is(open - 1, "key") || is(open - 1, "unique")) return true;
    std::size_t name = open - 1;
    while (name >= 2 && pieces_[name - 1].is_symbol('.')) name -= 2;
    return name >= 1 && is(name - 1, "references");
  }

  /// The last column as a period is one like the others to the grammar of 15. https://www.postgresql.org/docs/18/sql-createtable.html
  void key_columns() {
    for (std::size_t at = at_ + 1, close = closing(at_); at + 1 < close; ++at) {
      if (is(at, "without") && is(at + 1, "overlaps")) put(at, at + 1, "");
      if (is(at, "period") && pieces_[at - 1].is_symbol(',')) put(at, at, "");
    }
  }

  void rewrite() {
    if (is(at_, "enforced")) return enforced();
    if (is(at_, "generated") && is(at_ + 1, "always") && is(at_ + 2, "as") && at_ + 3 < pieces_.size() && pieces_[at_ + 3].is_symbol('(')) return generated();
    if (is(at_, "set") && is(at_ + 1, "expression") && is(at_ + 2, "as")) {
      put(at_, at_ + 2, "SET DEFAULT");
      return fact("set expression");
    }
    // As the words of a statistics target, storage or access method the grammar of 15 wants a number or a name.
    if (is(at_, "default") && (follows("statistics") || follows("storage") || follows("method"))) return put(at_, at_, follows("statistics") ? "-1" : "heap");
    if ((is(at_, "inherit") || is(at_, "no")) && in_command("alter", "constraint")) {
      if (is(at_, "no") && !is(at_ + 1, "inherit")) return;
      fact(is(at_, "no") ? "no inherit" : "inherit");
      put(at_, is(at_, "no") ? at_ + 1 : at_, "");
      if (is(at_, "no")) ++at_;
      return;
    }
    if (is(at_, "not") && is(at_ + 1, "null")) not_null();
  }

  void enforced() {
    const bool negated = follows("not");
    put(negated ? at_ - 1 : at_, at_, "");
    fact(negated ? "not enforced" : "enforced");
  }

  /// https://www.postgresql.org/docs/18/ddl-generated-columns.html: VIRTUAL is what is meant when nothing is said.
  void generated() {
    const std::size_t close = closing(at_ + 3);
    if (close >= pieces_.size() || is(close + 1, "stored")) return;
    put(at_, at_ + 2, "DEFAULT");
    if (is(close + 1, "virtual")) put(close + 1, close + 1, "");
    fact("virtual");
  }

  /// ADD [CONSTRAINT name] NOT NULL column: a constraint of the table. https://www.postgresql.org/docs/18/sql-altertable.html
  void not_null() {
    const bool unnamed = follows("add");
    const bool named = at_ >= 3 && is(at_ - 2, "constraint") && is(at_ - 3, "add");
    if ((!unnamed && !named) || at_ + 2 >= pieces_.size()) return;
    const Piece& column = pieces_[at_ + 2];
    // `CHECK (` … `)` in the place of `NOT NULL` … needs one byte less than that, whatever the blanks between.
    put(at_, at_ + 2, "CHECK (" + std::string(column.text) + ")");
    fact("not null");
    at_ += 2;
  }

  OlderForm form_;
  std::vector<Piece> pieces_;
  std::size_t at_ = 0, command_ = 0, begin_ = 0;
  int depth_ = 0;
};

}  // namespace

OlderForm to_older_form(std::string_view sql) { return Rewriter(sql).run(); }

}  // namespace lpc::frontend
