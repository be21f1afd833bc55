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

std::string respelled(std::string_view name) {
  std::string text;
  for (const std::string& part : name_parts(name)) text += (text.empty() ? "" : ".") + ident(part).text;
  return text.empty() ? std::string(name) : text;
}

std::string respelled_type(std::string_view type) {
  std::size_t end = 0;
  // Without a schema it is one of pg_catalog's, some of which have names of several words.
  if (type.find('.') == std::string_view::npos || leading_name(type, end).size() < 2) return std::string(type);
  return respelled(type.substr(0, end)).append(type.substr(end));
}

std::string respelled_types(std::string_view types) {
  if (types.find('.') == std::string_view::npos) return std::string(types);
  // An ordered-set aggregate's direct arguments stand before those that it aggregates.
  constexpr std::string_view kOrderBy = " ORDER BY ", kVariadic = "VARIADIC ";
  if (const std::size_t at = types.find(kOrderBy); at != std::string_view::npos) {
    return respelled_types(types.substr(0, at)).append(kOrderBy).append(respelled_types(types.substr(at + kOrderBy.size())));
  }
  std::string text;
  bool is_quoted = false;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= types.size(); ++at) {
    const char c = at < types.size() ? types[at] : ',';
    if (c == '"') is_quoted = !is_quoted;
    if (is_quoted && at < types.size()) continue;
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c != ',' || depth != 0) continue;
    std::string_view type = trim(types.substr(begin, at - begin));
    if (!text.empty()) text += ", ";
    if (type.starts_with(kVariadic)) {
      text += kVariadic;
      type.remove_prefix(kVariadic.size());
    }
    text += respelled_type(type);
    begin = at + 1;
  }
  return text;
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
