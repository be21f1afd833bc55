#include "plan/layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "diag/snippet.h"
#include "plan/sql_tokens.h"

namespace lpc::plan {

namespace {

constexpr std::size_t kTabCells = 4;
constexpr std::size_t kNarrowest = 24;      // a column of words that is narrower can't be read

std::string_view terminal_code(SqlColour colour) {
  switch (colour) {
    case SqlColour::plain: return "";
    case SqlColour::keyword: return "34";
    case SqlColour::call: return "36";
    case SqlColour::string: return "32";
    case SqlColour::number: return "35";
    case SqlColour::comment: return "2";
  }
  return "";
}

/// Writes SQL a piece at a time, and knows how far into the line it is. Pieces without a blank between them stay together.
class SqlWriter {
 public:
  SqlWriter(std::size_t indent, const Screen& screen)
      : indent_(indent), width_(screen.width ? std::max(screen.width, indent + kNarrowest) : std::string::npos), screen_(screen), out_(indent, ' '), at_(indent) {}

  /// `text` has no line end.
  void add(SqlColour colour, std::string_view text) {
    if (text.find_first_not_of(' ') == std::string_view::npos) {
      flush();
      blanks_ += text.size();
      return;
    }
    word_ += screen_.paint(terminal_code(colour), text);
    word_cells_ += diag::count_cells(text);
  }

  void end_line() {
    flush();
    line(indent_);
  }

  std::string finish() {
    flush();
    out_.erase(out_.find_last_not_of(' ') + 1);
    return std::move(out_) + "\n";
  }

 private:
  void flush() {
    if (word_cells_ == 0) return;
    if (at_ + blanks_ + word_cells_ > width_ && blanks_ > 0 && !fresh_) line(indent_ + kTabCells);
    out_ += std::string(blanks_, ' ') + word_;
    at_ += blanks_ + word_cells_;
    blanks_ = word_cells_ = 0;
    word_.clear();
    fresh_ = false;
  }

  void line(std::size_t indent) {
    out_.erase(out_.find_last_not_of(' ') + 1);
    out_ += "\n" + std::string(indent, ' ');
    at_ = indent;
    blanks_ = 0;
    fresh_ = true;
  }

  const std::size_t indent_;
  const std::size_t width_;
  const Screen& screen_;
  std::string out_;
  std::size_t at_;
  std::string word_;           // what came since the last blank
  std::size_t word_cells_ = 0;
  std::size_t blanks_ = 0;     // before it
  bool fresh_ = true;          // nothing but blanks in the line so far
};

/// Where a piece ends that may not be broken: quoted text at its line's end, anything else also at a blank.
std::size_t piece_end(std::string_view text, SqlColour colour) {
  if (text.front() == ' ') return std::min(text.find_first_not_of(' '), text.size());
  const bool is_whole = colour == SqlColour::string || colour == SqlColour::comment;
  if (is_whole) return text.size();
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    quoted = quoted != (text[i] == '"');
    if (text[i] == ' ' && !quoted) return i;
  }
  return text.size();
}

}  // namespace

std::string Screen::paint(std::string_view code, std::string_view text) const {
  return colour && !code.empty() && !text.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

std::string for_eyes(std::string_view text) {
  std::string clean;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (text[i] == '\t') {
      clean.append(kTabCells, ' ');
    } else {
      clean += text[i];
    }
  }
  return diag::printable(clean);
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  const std::size_t room = width == 0 ? std::string::npos : std::max(width > indent ? width - indent : 0, kNarrowest);
  std::vector<std::string> lines;
  for (const std::string& line : split(text, '\n')) {
    lines.emplace_back();
    std::size_t at = 0;
    for (const std::string& word : split(line, ' ')) {
      const std::size_t cells = diag::count_cells(word);
      if (at > 0 && at + 1 + cells > room) {
        lines.emplace_back();
        at = 0;
      }
      if (at > 0 || (!lines.back().empty())) lines.back() += ' ';
      lines.back() += word;
      at = diag::count_cells(lines.back());
    }
  }
  return lines;
}

std::vector<MessagePart> message_parts(std::string_view message) {
  const auto closing = [&](std::size_t open) {
    bool quoted = false;
    for (std::size_t i = open + 1; i < message.size(); ++i) {
      quoted = quoted != (message[i] == '"');
      if (message[i] == '`' && !quoted) return i;
    }
    return message.find('`', open + 1);
  };
  std::vector<MessagePart> parts;
  std::size_t at = 0;
  while (at < message.size()) {
    const std::size_t open = message.find('`', at);
    const std::size_t close = open == std::string_view::npos ? open : closing(open);
    if (close == std::string_view::npos) break;
    if (open > at) parts.push_back({message.substr(at, open - at)});
    parts.push_back({message.substr(open + 1, close - open - 1), true});
    at = close + 1;
  }
  if (at < message.size()) parts.push_back({message.substr(at)});
  return parts;
}

std::string paragraph(std::string_view lead, std::string_view text, const Screen& screen, std::string_view code) {
  const std::size_t indent = diag::count_cells(lead);
  std::string out;
  for (const std::string& line : wrapped(for_eyes(text), screen.width, indent)) {
    out += (out.empty() ? std::string(lead) : std::string(indent, ' ')) + screen.paint(code, line) + "\n";
  }
  return out;
}

std::string sql_lines(std::string_view sql, std::size_t indent, const Screen& screen) {
  const std::string clean = for_eyes(sql);
  SqlWriter writer(indent, screen);
  for (const SqlToken& token : sql_tokens(clean)) {
    std::string_view rest = token.text;
    while (!rest.empty()) {
      if (rest.front() == '\n') {
        writer.end_line();
        rest.remove_prefix(1);
        continue;
      }
      const std::string_view line = rest.substr(0, rest.find('\n'));
      const std::size_t end = piece_end(line, token.colour);
      writer.add(token.colour, rest.substr(0, end));
      rest.remove_prefix(end);
    }
  }
  return writer.finish();
}

}  // namespace lpc::plan
