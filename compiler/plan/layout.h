// Lays text out in lines of a terminal's width. Knows cells and colours, nothing of plans.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lpc::plan {

/// How a terminal shows text: with colours or without, and how wide it is.
struct Screen {
  bool colour = false;
  std::size_t width = 0;     ///< 0: lines are as long as they are

  /// `code` is that of an SGR sequence: "1" bold, "2" dim, "31" red, "32" green, "33" yellow, "36" cyan.
  std::string paint(std::string_view code, std::string_view text) const;
};

/// Text that is safe to show: control characters replaced, tabs as blanks, no carriage returns at the ends of lines.
std::string for_eyes(std::string_view text);

/// The words of `text` in lines of at most `width` cells less `indent`, a word that is longer in a line of its own. Line ends of the text stay.
std::vector<std::string> wrapped(std::string_view text, std::size_t width, std::size_t indent);

/// A piece of a message; names stand in backquotes there.
struct MessagePart {
  std::string_view text;     ///< without the backquotes
  bool is_name = false;
};

/// A name may hold backquotes itself when it is in double quotes.
std::vector<MessagePart> message_parts(std::string_view message);

/// `lead` and the text behind it, continued under itself. Ends with a line end.
std::string paragraph(std::string_view lead, std::string_view text, const Screen& screen, std::string_view code = "");

/// SQL in colours, each line `indent` blanks in; a line that is too long is broken between tokens, never inside quotes. Ends with a line end.
std::string sql_lines(std::string_view sql, std::size_t indent, const Screen& screen);

}  // namespace lpc::plan
