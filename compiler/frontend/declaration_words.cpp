#include "frontend/declaration_words.h"

#include <algorithm>

#include "base/text.h"
#include "frontend/lex.h"

namespace lpc::frontend {
namespace {

constexpr std::string_view kUniformWords[] = {"access", "aggregate", "base", "cast", "collation", "conversion", "event",
                                              "operator", "publication", "subscription", "text", "user"};

constexpr std::string_view kLaterWords[] = {"mixin"};

template <std::size_t N>
bool holds(const std::string_view (&words)[N], std::string_view word) {
  return std::find(std::begin(words), std::end(words), to_lower_ascii(word)) != std::end(words);
}

}  // namespace

bool begins_declaration(std::uint16_t type) {
  switch (type) {
    case T_SCHEMA: case T_EXTENSION: case T_ROLE: case T_DEFAULT: case T_TABLE: case T_UNLOGGED: case T_VIEW: case T_RECURSIVE:
    case T_MATERIALIZED: case T_SEQUENCE: case T_ENUM: case T_DOMAIN: case T_TYPE: case T_FUNCTION: case T_PROCEDURE: case T_EXTERNAL:
    case T_IMPORT: case T_RANGE: case T_LANGUAGE: case T_TRANSFORM: case T_TABLESPACE: case T_DATABASE: case T_FOREIGN: case T_SERVER: return true;
    default: return false;
  }
}

bool is_uniform_word(std::string_view word) { return holds(kUniformWords, word); }
bool is_later_word(std::string_view word) { return holds(kLaterWords, word); }

const std::vector<std::string>& declaration_words() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> all = {"grant", "revoke"};
    for (std::uint16_t type = 1; type <= T_OTHER; ++type) {
      if (begins_declaration(type)) all.emplace_back(key_word(type));
    }
    all.insert(all.end(), std::begin(kUniformWords), std::end(kUniformWords));
    all.insert(all.end(), std::begin(kLaterWords), std::end(kLaterWords));
    std::sort(all.begin(), all.end());
    return all;
  }();
  return words;
}

}  // namespace lpc::frontend
