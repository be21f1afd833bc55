#include "kinds/names.h"

#include <array>
#include <utility>

#include "base/sql_scan.h"

namespace lpc::kinds {
namespace {

std::string name_value(std::string_view text) {
  if (!text.starts_with('"')) return std::string(text);
  std::string value;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    value += text[i];
    if (text[i] == '"') ++i;
  }
  return value;
}

}  // namespace

std::vector<std::string> leading_name(std::string_view text, std::size_t& end) {
  std::vector<std::string> parts;
  end = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const Lexeme lexeme = scan_lexeme(text, at);
    const bool is_name = lexeme.kind == LexemeKind::word || lexeme.kind == LexemeKind::quoted_name;
    if (!is_name || !lexeme.closed) break;
    parts.push_back(name_value(text.substr(lexeme.begin, lexeme.end - lexeme.begin)));
    end = lexeme.end;
    if (end >= text.size() || text[end] != '.') break;
    at = end + 1;
  }
  return parts;
}

std::vector<std::string> name_parts(std::string_view text) {
  std::size_t end = 0;
  std::vector<std::string> parts = leading_name(text, end);
  return end == text.size() ? parts : std::vector<std::string>();
}

std::string_view extension_of_type(std::string_view type) {
  constexpr std::array kOthers = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"box2d", "postgis"}, {"box3d", "postgis"}, {"geography", "postgis"}, {"geometry", "postgis"}, {"halfvec", "vector"},
      {"lquery", "ltree"}, {"ltxtquery", "ltree"}, {"raster", "postgis_raster"}, {"sparsevec", "vector"},
  });
  for (const auto& [name, extension] : kOthers) {
    if (name == type) return extension;
  }
  return type;
}

}  // namespace lpc::kinds
