#include "kinds/lp_writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/sql.h"
#include "base/sql_scan.h"
#include "base/text.h"
#include "frontend/parse.h"
#include "frontend/sql_fragment.h"
#include "kinds/acl.h"
#include "kinds/kind.h"
#include "kinds/names.h"

namespace lpc::kinds {
namespace {

std::string lp_ident(std::string_view name) {
  const Sql quoted = ident(name);
  if (quoted.text.starts_with('"') || !frontend::needs_quotes_in_lp(name)) return quoted.text;
  return fmt::format("\"{}\"", name);
}

/// Keywords of SQL that .lp takes as plain names: values and calls.
constexpr std::array kSqlWords = std::to_array<std::string_view>({
    "coalesce", "current_catalog", "current_date", "current_role", "current_schema", "current_time", "current_timestamp", "current_user",
    "greatest", "least", "left", "localtime", "localtimestamp", "nullif", "right", "session_user",
});

/// Whether a text is what the grammar's `expression` takes without parentheses. It errs on the side of no.
class PrimaryScanner {
 public:
  explicit PrimaryScanner(std::string_view text) : text_(text) { advance(); }

  bool accepts_all() {
    if (!primary()) return false;
    while (take_cast()) {
      if (!type()) return false;
    }
    return !failed_ && done_;
  }

 private:
  void advance() {
    if (next_ >= text_.size()) {
      done_ = true;
      return;
    }
    token_ = scan_lexeme(text_, next_);
    next_ = token_.end;
    if (!token_.closed || token_.kind == LexemeKind::line_comment || token_.kind == LexemeKind::block_comment) failed_ = true;
    if (token_.kind == LexemeKind::blank) advance();
  }

  bool is(LexemeKind kind) const { return !done_ && !failed_ && token_.kind == kind; }
  bool is_symbol(char c) const { return is(LexemeKind::symbol) && text_[token_.begin] == c; }
  std::string_view token_text() const { return text_.substr(token_.begin, token_.end - token_.begin); }

  bool brackets() {
    int depth = 0;
    do {
      if (done_ || failed_) return false;
      if (is_symbol('(') || is_symbol('[')) ++depth;
      if (is_symbol(')') || is_symbol(']')) --depth;
      advance();
    } while (depth > 0);
    return true;
  }

  bool name() {
    const bool is_word = is(LexemeKind::word);
    if (!is_word && !is(LexemeKind::quoted_name)) return false;
    const std::string word = is_word ? to_lower_ascii(token_text()) : std::string();
    if (is_word && frontend::needs_quotes_in_lp(word) && std::ranges::find(kSqlWords, word) == kSqlWords.end()) return false;
    advance();
    return true;
  }

  bool primary() {
    if (is(LexemeKind::string)) {
      if (!token_text().starts_with('\'') && !token_text().starts_with("E'")) return false;
      advance();
      return true;
    }
    if (is_symbol('-')) {
      advance();
      if (!is(LexemeKind::number)) return false;
    }
    if (is(LexemeKind::number)) {
      advance();
      return true;
    }
    if (is(LexemeKind::word)) {
      const std::string word = to_lower_ascii(token_text());
      if (word == "null" || word == "true" || word == "false") {
        advance();
        return true;
      }
      if (word == "array") {
        advance();
        return is_symbol('[') && brackets();
      }
    }
    if (!name()) return false;
    while (is_symbol('.')) {
      advance();
      if (!name()) return false;
    }
    return !is_symbol('(') || brackets();
  }

  bool take_cast() {
    if (!is_symbol(':')) return false;
    advance();
    if (!is_symbol(':')) {
      failed_ = true;
      return false;
    }
    advance();
    return true;
  }

  bool type() {
    if (is(LexemeKind::word)) {
      const std::string word = to_lower_ascii(token_text());
      advance();
      // `interval` would take the name of a next column, such as `day`, as its field.
      if (word == "interval") return is_symbol('[');
      if (!frontend::is_builtin_type(word) && word != "double" && word != "character" && word != "bit" && frontend::needs_quotes_in_lp(word)) return false;
    } else if (!name()) {
      return false;
    }
    constexpr std::array kTail = std::to_array<std::string_view>({"precision", "time", "varying", "with", "without", "zone"});
    for (;;) {
      if (is_symbol('.')) {
        advance();
        if (!name()) return false;
      } else if (is_symbol('(') || is_symbol('[')) {
        if (!brackets()) return false;
      } else if (is(LexemeKind::word) && std::ranges::find(kTail, token_text()) != kTail.end()) {
        advance();
      } else {
        return true;
      }
    }
  }

  std::string_view text_;
  std::size_t next_ = 0;
  Lexeme token_{};
  bool done_ = false;
  bool failed_ = false;
};

bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || text.front() < '0' || text.front() > '9') return false;
  const Lexeme lexeme = scan_lexeme(text, 0);
  return lexeme.kind == LexemeKind::number && lexeme.end == text.size();
}

/// Whether `---` lines can say it: each line is read back as it stands.
bool fits_doc(std::string_view comment) {
  if (comment.empty()) return false;
  for (const std::string& line : split(comment, '\n')) {
    if (trim(line).size() != line.size()) return false;
    if (std::ranges::any_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) return false;
  }
  return comment.front() != '\n' && comment.back() != '\n';
}

std::string lower_words(std::string_view privilege) { return to_lower_ascii(privilege); }

/// What one `grant` or `revoke` line says, but for its privileges.
struct GrantLine {
  std::string grantee;
  bool option = false;
  std::string grantor;
  friend auto operator<=>(const GrantLine&, const GrantLine&) = default;
};

/// privilege -> columns; none for the object itself.
using GrantedPrivileges = std::map<std::string, std::vector<std::string>>;

void collect(const Object& object, std::string_view attribute, const std::string& column, std::map<GrantLine, GrantedPrivileges>& lines) {
  const Value* value = object.attributes.find(attribute);
  if (value == nullptr) return;
  for (const auto& [grantee, entries] : value->map()) {
    for (const std::string& text : entries.texts()) {
      const acl::Entry entry = acl::Entry::parse(text);
      auto& columns = lines[{grantee, entry.with_option, entry.grantor}][entry.privilege];
      if (!column.empty()) columns.push_back(column);
    }
  }
}

void write_lines(LpWriter& writer, bool revoke, const std::map<GrantLine, GrantedPrivileges>& lines, const std::vector<std::string>& order = {}, bool each_by_itself = true) {
  std::vector<const std::pair<const GrantLine, GrantedPrivileges>*> sorted;
  for (const auto& entry : lines) sorted.push_back(&entry);
  const auto rank = [&](const auto* entry) { return std::ranges::find(order, entry->first.grantee) - order.begin(); };
  std::ranges::stable_sort(sorted, [&](const auto* a, const auto* b) { return rank(a) < rank(b); });
  for (const auto* entry : sorted) {
    const auto& [line, privileges] = *entry;
    writer.word(revoke ? "revoke" : "grant");
    bool first = true;
    for (const auto& [privilege, columns] : privileges) {
      if (!first) writer.word(",");
      first = false;
      writer.word(lower_words(privilege));
      if (!columns.empty()) writer.names(columns);
    }
    writer.word(revoke ? "from" : "to").ident(line.grantee);
    if (line.option) writer.word("with grant option");
    if (!line.grantor.empty()) writer.word("granted by").ident(line.grantor);
    if (each_by_itself) writer.line();
  }
}

void write_all(LpWriter& writer, const Object& object, bool each_by_itself) {
  std::map<GrantLine, GrantedPrivileges> revokes, grants;
  collect(object, "revokes", {}, revokes);
  write_lines(writer, true, revokes, {}, each_by_itself);
  collect(object, "grants", {}, grants);
  write_lines(writer, false, grants, object.attributes.texts("_grant_order"), each_by_itself);
}

}  // namespace

LpWriter& LpWriter::word(std::string_view words) {
  if (words.empty()) return *this;
  if (!at_line_start_ && words != ",") text_ += ' ';
  text_ += words;
  at_line_start_ = false;
  return *this;
}

LpWriter& LpWriter::ident(std::string_view name) { return word(lp_ident(name)); }

LpWriter& LpWriter::name(std::string_view in, std::string_view own) {
  if (in.empty() || in == schema) return ident(own);
  return word(fmt::format("{}.{}", lp_ident(in), lp_ident(own)));
}

LpWriter& LpWriter::relation(std::string_view qualified_text) {
  std::size_t end = 0;
  const std::vector<std::string> parts = leading_name(qualified_text, end);
  if (parts.empty() || parts.size() > 2 || end != qualified_text.size()) return word(qualified_text);
  return parts.size() == 1 ? ident(parts[0]) : name(parts[0], parts[1]);
}

LpWriter& LpWriter::string(std::string_view text) {
  const bool plain = std::ranges::none_of(text, [](char c) { return c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  std::string quoted = plain ? "'" : "E'";
  for (const char c : text) {
    switch (c) {
      case '\'': quoted += "''"; break;
      case '\\': quoted += "\\\\"; break;
      case '\n': quoted += "\\n"; break;
      case '\r': quoted += "\\r"; break;
      case '\t': quoted += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
          quoted += c;
        }
    }
  }
  return word(quoted + "'");
}

LpWriter& LpWriter::body(std::string_view text) { return word(dollar_quoted(text).text); }

/// Whether the bare name of a type of the current schema means that type when it is read back: something declared here, or an extension's.
bool LpWriter::is_found_unqualified(const std::string& in, const std::string& type) const {
  // An own type may bear the name of a built-in one; then only its schema tells them apart.
  if (in != schema || frontend::is_builtin_type(lpc::ident(type).text)) return false;
  if (catalog == nullptr) return true;
  const std::string slot = "type " + qualified(in, type).text;
  for (const Kind* kind : all_kinds()) {
    const Object* object = kind->slots == nullptr ? nullptr : catalog->find({kind->id, in, type, "", ""});
    if (object == nullptr) continue;
    const auto has_slot = [&](const Object& candidate) {
      const std::vector<std::string> slots = kind->slots(candidate);
      return std::ranges::find(slots, slot) != slots.end();
    };
    if (has_slot(*object)) return true;
    // A type that is made in stages leaves its name to its definition.
    if (std::ranges::any_of(catalog->children(object->id), [&](const Object* part) { return part->id.kind == kind->id && has_slot(*part); })) return true;
  }
  const Object* extension = catalog->find({KindId::Extension, "", std::string(extension_of_type(type)), "", ""});
  if (extension == nullptr) return false;
  const std::string& home = extension->attributes.text("schema");
  return in == (home.empty() ? "public" : home);
}

LpWriter& LpWriter::type(std::string_view type) {
  std::size_t end = 0;
  const std::vector<std::string> parts = leading_name(type, end);
  const std::string_view rest = type.substr(end);
  if (parts.size() != 2) {
    // Without a schema it is one of pg_catalog's, in format_type()'s own spelling.
    return word(type);
  }
  const bool leave_out = is_found_unqualified(parts[0], parts[1]);
  const std::string name = leave_out ? lp_ident(parts[1]) : fmt::format("{}.{}", lp_ident(parts[0]), lp_ident(parts[1]));
  return word(name + std::string(rest));
}

LpWriter& LpWriter::sql(std::string_view text) {
  // A line end closes a last comment, which would swallow the parenthesis.
  const bool ends_in_comment = text.find("--") != std::string_view::npos && !text.ends_with('\n');
  return word(fmt::format("({}{})", text, ends_in_comment ? "\n" : ""));
}

LpWriter& LpWriter::expression(std::string_view text) {
  const std::string_view bare = strip_outer_parentheses(text);
  return PrimaryScanner(bare).accepts_all() ? word(bare) : sql(bare);
}

LpWriter& LpWriter::names(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + lp_ident(name);
  return word(fmt::format("({})", list));
}

LpWriter& LpWriter::options(const Map& options) {
  word("(");
  bool first = true;
  for (const auto& [key, value] : options) {
    if (!first) word(",");
    first = false;
    std::string name;
    for (const std::string& part : split(key, '.')) name += (name.empty() ? "" : ".") + lp_ident(part);
    word(name);
    // A bare name means true.
    if (value.text() == "true") continue;
    word("=");
    if (is_number(value.text())) {
      word(value.text());
    } else {
      string(value.text());
    }
  }
  return word(")");
}

LpWriter& LpWriter::line() {
  text_ += '\n';
  at_line_start_ = true;
  return *this;
}

LpWriter& LpWriter::open() { return word("{").line(); }

LpWriter& LpWriter::close() { return word("}").line(); }

LpWriter& LpWriter::doc(const Object& object) {
  const std::string& comment = object.attributes.text("comment");
  if (!fits_doc(comment)) return *this;
  if (!at_line_start_) line();
  for (const std::string& text : split(comment, '\n')) {
    word(text.empty() ? "---" : "--- " + text).line();
  }
  return *this;
}

LpWriter& LpWriter::comment_clause(const Object& object) {
  const Value* comment = object.attributes.find("comment");
  if (comment != nullptr && !fits_doc(comment->text())) word("comment").string(comment->text());
  return security_labels(object);
}

LpWriter& LpWriter::security_labels(const Object& object) {
  if (const Value* labels = object.attributes.find("security_labels")) {
    for (const auto& [provider, label] : labels->map()) word("security label").ident(provider).string(label.text());
  }
  return *this;
}

LpWriter& LpWriter::owner(const Object& object) {
  const std::string& owner = object.attributes.text("owner");
  if (owner.empty() || owner == default_owner) return *this;
  return word("owner").ident(owner);
}

LpWriter& LpWriter::grants(const Object& object, const std::vector<const Object*>& columns) {
  write_all(*this, object, true);
  std::map<GrantLine, GrantedPrivileges> on_columns;
  for (const Object* column : columns) collect(*column, "grants", column->id.member, on_columns);
  write_lines(*this, false, on_columns);
  return *this;
}

LpWriter& LpWriter::grant_clauses(const Object& object) {
  write_all(*this, object, false);
  return *this;
}

void print_object(const Object& object, const Catalog& catalog, LpWriter& writer) {
  writer.catalog = &catalog;
  kind(object.id.kind).print_lp(object, catalog, writer);
}

}  // namespace lpc::kinds
