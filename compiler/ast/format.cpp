#include "ast/format.h"

#include <algorithm>

#include "ast/format_marks.h"
#include "base/text.h"

namespace lpc::ast {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kIndent = 4;

using Role = FormatToken::Role;

/// What must stay on one line; a line may or must end before it.
struct Segment {
  std::string text;
  bool forced = false;        ///< stands on a line of its own accord: a comment came before it
  bool may_break = false;
};

/// Something that begins on a line of its own: tokens [first, last).
struct Item {
  std::size_t first = 0;
  std::size_t last = 0;
  const Decl* decl = nullptr;
  std::size_t open = 0;       ///< the body's braces, when it has one
  std::size_t close = 0;
  bool is_hint = false;
  bool has_body() const { return close != 0; }
};

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}
std::size_t first_line_columns(std::string_view text) { return columns(text.substr(0, text.find('\n'))); }
std::size_t last_line_columns(std::string_view text) {
  const std::size_t line = text.rfind('\n');
  return columns(line == std::string_view::npos ? text : text.substr(line + 1));
}

/// Bodies that stand on the line of their declaration when there is room, with what separates their members; "" for the others.
std::string_view inline_separator(const Decl& decl) {
  if (decl.kind == "enum") return ", ";
  if (decl.kind == "role") return " ";
  if (decl.kind == "composite_type" || decl.kind == "transform" || decl.uniform) return "  ";
  return "";
}

class Formatter {
 public:
  Formatter(std::string_view source, const std::vector<FormatToken>& tokens) : source_(source), tokens_(tokens), marks_(tokens, source) {}

  std::string file(const File& file) {
    std::vector<Item> items;
    for (const Import& import : file.imports) items.push_back(plain_item(import.span));
    for (const Decl& decl : file.declarations) {
      marks_.add(decl);
      add_item(decl, items);
    }
    std::string out;
    block(0, tokens_.size(), std::move(items), 0, true, out);
    if (!out.empty()) out += '\n';
    return out;
  }

 private:
  // ---- items ----

  Item plain_item(const Span& span) const { return {marks_.index(span.begin), marks_.index(span.end), nullptr, 0, 0, false}; }

  void add_item(const Decl& decl, std::vector<Item>& items) const {
    for (const Hint& hint : decl.hints) {
      items.push_back(plain_item(hint.span));
      items.back().is_hint = true;
    }
    Item item = plain_item(decl.span);
    item.decl = &decl;
    find_body(item);
    items.push_back(item);
  }

  /// A body's brace is the last token of a declaration.
  void find_body(Item& item) const {
    if (item.last == 0 || symbol(item.last - 1) != '}') return;
    std::size_t depth = 0;
    for (std::size_t i = item.first; i < item.last; i = next(i)) {
      const char c = symbol(i);
      if (c == '{' && depth++ == 0) item.open = i;
      if (c == '}') --depth;
    }
    item.close = item.last - 1;
  }

  /// The token after `i`, or after the verbatim text that begins there.
  std::size_t next(std::size_t i) const {
    const std::uint32_t end = marks_.at(i).verbatim_end;
    return end == 0 ? i + 1 : marks_.index(end);
  }

  std::vector<Item> body_items(const Item& item) const {
    std::vector<Item> items;
    const std::uint32_t open = tokens_[item.open].span.begin;
    for (const Decl& member : item.decl->members) {
      if (member.span.begin > open) add_item(member, items);
    }
    for (const Clause& clause : item.decl->clauses) {
      if (clause.span.begin > open) items.push_back(plain_item(clause.span));
    }
    return items;
  }

  // ---- blocks ----

  /// How a block's lines follow each other.
  struct Flow {
    std::size_t indent;
    bool of_declarations;
    std::size_t line_ends = 0;      ///< of the source since what was printed last
    bool is_start = true;
    bool after_item = false;
    bool last_is_tall = false;
    bool next_is_tall = false;
  };

  /// Prints items and the comments between them, each line begun with a line end unless it is the first of all.
  void block(std::size_t begin, std::size_t end, std::vector<Item> items, std::size_t indent, bool of_declarations, std::string& out) {
    std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.first < b.first; });
    std::vector<std::string> texts;
    for (const Item& item : items) texts.push_back(item_text(item, indent));
    Flow flow{indent, of_declarations};
    std::size_t at = begin;
    for (std::size_t k = 0; k < items.size(); ++k) {
      // A hint's blank line is that of its declaration.
      std::size_t subject = k;
      while (items[subject].is_hint && subject + 1 < items.size()) ++subject;
      flow.next_is_tall = texts[subject].find('\n') != std::string::npos;
      comments(at, items[k].first, flow, out);
      start(flow, out);
      out += texts[k];
      flow.after_item = !items[k].is_hint;
      if (flow.after_item) flow.last_is_tall = flow.next_is_tall;
      at = items[k].last;
    }
    flow.after_item = false;
    comments(at, end, flow, out);
  }

  void comments(std::size_t at, std::size_t end, Flow& flow, std::string& out) {
    for (; at < end; ++at) {
      const FormatToken& token = tokens_[at];
      if (token.role == Role::blank) flow.line_ends += count_line_ends(token);
      if (!is_comment(token)) continue;
      const bool has_line = !out.empty() && (!flow.is_start || out.back() == '{');
      if (flow.line_ends == 0 && token.role != Role::doc && has_line) {
        out += "  ";
      } else {
        start(flow, out);
      }
      out += raw(token);
    }
  }

  /// Declarations of several lines have blank lines around them; elsewhere one stands where the author left some.
  static void start(Flow& flow, std::string& out) {
    const bool wants_blank = flow.of_declarations && flow.after_item && (flow.last_is_tall || flow.next_is_tall);
    start_line(out, flow.indent, !flow.is_start && (flow.line_ends > 1 || wants_blank));
    flow.is_start = flow.after_item = false;
    flow.line_ends = 0;
  }

  static void start_line(std::string& out, std::size_t indent, bool blank) {
    if (!out.empty()) out += blank ? "\n\n" : "\n";
    out.append(indent, ' ');
  }

  std::size_t count_line_ends(const FormatToken& token) const {
    const std::string_view text = raw(token);
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  std::string item_text(const Item& item, std::size_t indent) {
    if (!item.has_body()) return lay_out(segments(item.first, item.last), indent, 0);
    const std::vector<Segment> head = segments(item.first, item.open);
    std::vector<Item> items = body_items(item);
    const bool has_comments = std::any_of(tokens_.begin() + static_cast<std::ptrdiff_t>(item.open), tokens_.begin() + static_cast<std::ptrdiff_t>(item.close),
                                          [](const FormatToken& token) { return is_comment(token); });
    const std::string_view separator = inline_separator(*item.decl);
    std::string text = lay_out(head, indent, 2);
    const bool brace_alone = ends_in_comment(item.first, item.open);
    if (brace_alone) {
      start_line(text, indent, false);
    } else {
      text += ' ';
    }
    if (items.empty() && !has_comments) return text + "{}";
    if (!separator.empty() && !has_comments && !brace_alone) {
      std::string line = text + "{ " + inline_body(items, separator) + " }";
      if (line.find('\n') == std::string::npos && indent + columns(line) <= kWidth) return line;
    }
    text += '{';
    block(item.open + 1, item.close, std::move(items), indent + kIndent, item.decl->kind == "schema", text);
    start_line(text, indent, false);
    return text + '}';
  }

  std::string inline_body(const std::vector<Item>& items, std::string_view separator) {
    std::string out;
    for (const Item& item : items) {
      // A hint stands on a line of its own.
      if (item.is_hint) return "\n";
      if (!out.empty()) out += separator;
      out += lay_out(segments(item.first, item.last), 0, 0);
    }
    return out;
  }

  bool ends_in_comment(std::size_t first, std::size_t last) const {
    while (last > first && tokens_[last - 1].role == Role::blank) --last;
    return last > first && is_comment(tokens_[last - 1]) && tokens_[last - 1].role != Role::block_comment;
  }

  // ---- lines ----

  /// Fills lines with segments; `reserve` columns must stay free at the end of the last one.
  static std::string lay_out(const std::vector<Segment>& segments, std::size_t indent, std::size_t reserve) {
    std::string out;
    std::size_t column = indent;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      const Segment& segment = segments[i];
      const bool is_one_line = segment.text.find('\n') == std::string::npos;
      const std::size_t needed = 1 + first_line_columns(segment.text) + (i + 1 == segments.size() && is_one_line ? reserve : 0);
      if (i > 0 && (segment.forced || (segment.may_break && column + needed > kWidth))) {
        start_line(out, indent + kIndent, false);
        column = indent + kIndent;
      } else if (i > 0) {
        out += ' ';
        ++column;
      }
      out += segment.text;
      column = is_one_line ? column + columns(segment.text) : last_line_columns(segment.text);
    }
    return out;
  }

  std::vector<Segment> segments(std::size_t first, std::size_t last) const {
    std::vector<Segment> out(1);
    std::size_t before = last;          // the token printed last
    std::size_t line_ends = 0;
    bool forced = false;
    for (std::size_t i = first; i < last;) {
      const FormatToken& token = tokens_[i];
      const FormatMark& mark = marks_.at(i);
      if (token.role == Role::blank) {
        line_ends += count_line_ends(token);
        ++i;
        continue;
      }
      if (is_comment(token) && mark.verbatim_end == 0) {
        forced = add_comment(i, line_ends, out) || forced;
        line_ends = 0;
        before = i++;
        continue;
      }
      // Verbatim text may have brought the blank with it.
      const bool has_blank = !out.back().text.empty() && is_blank(out.back().text.back());
      const bool glued = before != last && (has_blank || (!is_comment(tokens_[before]) && !is_spaced(before, i)));
      if (before != last && (forced || (mark.may_break && !glued))) {
        out.push_back({"", forced, true});
      } else if (before != last && !glued) {
        out.back().text += ' ';
      }
      forced = false;
      line_ends = 0;
      if (mark.verbatim_end != 0) {
        before = add_verbatim(i, out.back().text);
        i = before + 1;
      } else {
        out.back().text += printed(i);
        before = i++;
      }
    }
    return out;
  }

  /// True when the line must end after the comment.
  bool add_comment(std::size_t i, std::size_t line_ends, std::vector<Segment>& out) const {
    const FormatToken& token = tokens_[i];
    const bool ends_line = token.role != Role::block_comment || (i + 1 < tokens_.size() && tokens_[i + 1].role == Role::blank && count_line_ends(tokens_[i + 1]) > 0);
    if (line_ends > 0 || token.role == Role::doc) {
      out.push_back({std::string(raw(token)), true, true});
      return true;
    }
    out.back().text += token.role == Role::block_comment ? " " : "  ";
    out.back().text += raw(token);
    return ends_line;
  }

  /// Prints the text that begins at token i, with the line ends that stand around it between its brackets. Gives its last token.
  std::size_t add_verbatim(std::size_t i, std::string& text) const {
    const std::uint32_t begin = tokens_[i].span.begin;
    const std::uint32_t end = marks_.at(i).verbatim_end;
    const std::size_t after = marks_.index(end);
    if (i > 0 && tokens_[i - 1].role == Role::blank && count_line_ends(tokens_[i - 1]) > 0 && (text.ends_with('(') || text.ends_with("atomic "))) {
      if (text.ends_with(' ')) text.pop_back();
      text += raw(tokens_[i - 1]);
    }
    text += source_.substr(begin, end - begin);
    const bool has_blank = after + 1 < tokens_.size() && tokens_[after].role == Role::blank && count_line_ends(tokens_[after]) > 0;
    if (has_blank && (symbol(after + 1) == ')' || raw(tokens_[after + 1]) == "end")) text += raw(tokens_[after]);
    return after - 1;
  }

  std::string printed(std::size_t i) const {
    const FormatToken& token = tokens_[i];
    switch (token.role) {
      case Role::word: return marks_.at(i).keeps_case ? std::string(raw(token)) : to_lower_ascii(raw(token));
      case Role::needless_name:
        if (!marks_.at(i).keeps_quotes) return std::string(raw(token).substr(1, raw(token).size() - 2));
        break;
      default: break;
    }
    return std::string(raw(token));
  }

  /// True when a blank stands between two tokens that follow each other.
  bool is_spaced(std::size_t before, std::size_t i) const {
    const char left = symbol(before);
    const char right = symbol(i);
    if (marks_.at(i).glued) return false;
    if (marks_.at(before).in_type && marks_.at(i).in_type) {
      return (is_wordy(before) || left == ')' || left == ']') && is_wordy(i);
    }
    if (right == ',' || right == ')' || right == ']' || right == '.' || right == ';' || right == '[') return false;
    if (left == '(' || left == '[' || left == '.') return false;
    if ((left == '-' || left == '+') && tokens_[i].role == Role::literal) return false;
    return true;
  }

  bool is_wordy(std::size_t i) const {
    const Role role = tokens_[i].role;
    return role == Role::word || role == Role::name || role == Role::needless_name || role == Role::literal;
  }

  static bool is_comment(const FormatToken& token) {
    return token.role == Role::line_comment || token.role == Role::block_comment || token.role == Role::doc;
  }

  /// The character of a punctuation token, else 0.
  char symbol(std::size_t i) const {
    return i < tokens_.size() && tokens_[i].role == Role::punctuation ? source_[tokens_[i].span.begin] : '\0';
  }

  std::string_view raw(const FormatToken& token) const { return source_.substr(token.span.begin, token.span.end - token.span.begin); }

  std::string_view source_;
  const std::vector<FormatToken>& tokens_;
  FormatMarks marks_;
};

}  // namespace

std::string format(const File& file, std::string_view source, const std::vector<FormatToken>& tokens) {
  return Formatter(source, tokens).file(file);
}

}  // namespace lpc::ast
