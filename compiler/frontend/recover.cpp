#include "frontend/recover.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "frontend/declaration_words.h"
#include "frontend/text_values.h"

namespace lpc::frontend {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);
constexpr std::size_t kMostListed = 4;
constexpr std::size_t kMostShown = 60;

/// Words for what a rule describes, the innermost rule that has some being the one that counts.
struct Phrase {
  std::string_view rule;
  std::string_view words;
};
constexpr Phrase kPhrases[] = {
    {"expression", "an expression: a value, a name, a call, or anything in parentheses"},
    {"type", "a type"},
    {"option", "an option"},
    {"keyClause", "`=` and a value"},
    {"privilegeClause", "a privilege"},
    {"tableMembers", "a column, constraint or other member of a table"},
    {"tableMember", "a column, constraint or other member of a table"},
    {"viewMembers", "an index, trigger or other member of a view"},
    {"roleMembers", "an attribute of a role"},
    {"enumMembers", "a value of the enum"},
    {"compositeMembers", "an attribute with its type"},
    {"uniformMembers", "`key = value`"},
    {"declarations", "a declaration"},
    {"declaration", "a declaration"},
    {"hint", "a declaration"},
};

std::string in_backquotes(std::string_view text) { return "`" + std::string(text) + "`"; }

/// Symbols as they are written; "" for tokens that have no spelling of their own.
std::string spelling(std::uint16_t type) {
  switch (type) {
    case T_LEFT_PAREN: return "(";
    case T_RIGHT_PAREN: return ")";
    case T_LEFT_BRACKET: return "[";
    case T_RIGHT_BRACKET: return "]";
    case T_LEFT_BRACE: return "{";
    case T_RIGHT_BRACE: return "}";
    case T_COMMA: return ",";
    case T_DOT: return ".";
    case T_EQUALS: return "=";
    case T_CAST: return "::";
    default: return std::string(key_word(type));
  }
}

std::optional<Entry> body_entry(std::uint16_t type) {
  switch (type) {
    case T_TABLE: case T_FOREIGN: case T_PARTITION: return Entry::table_members;
    case T_VIEW: return Entry::view_members;
    case T_ROLE: return Entry::role_members;
    case T_ENUM: return Entry::enum_members;
    case T_TYPE: return Entry::composite_members;
    case T_SOFT_WORD: case T_RANGE: return Entry::uniform_members;
    default: return std::nullopt;
  }
}

/// The index of the word that says what is declared.
std::size_t head_word(const std::vector<LexToken>& tokens) {
  int depth = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    switch (tokens[i].type) {
      case T_LEFT_PAREN: ++depth; break;
      case T_RIGHT_PAREN: --depth; break;
      case T_HINT: case T_COMMA: case T_LAYOUT: case T_EXTERNAL: case T_UNLOGGED: case T_RECURSIVE: case T_MATERIALIZED: break;
      default:
        if (depth == 0) return i;
    }
  }
  return kNone;
}

/// The opening brace of the body that closes with the last token, or kNone.
std::size_t body_brace(const std::vector<LexToken>& tokens) {
  if (tokens.empty() || tokens.back().type != T_RIGHT_BRACE) return kNone;
  int depth = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].type == T_LEFT_BRACE && depth == 0) return i;
    depth += depth_change(tokens[i].type);
  }
  return kNone;
}

/// True when a line that begins with such a token may be a member of its own, and not the rest of the one before.
bool may_begin_member(std::uint16_t type) {
  if (is_name(type)) return true;
  switch (type) {
    case T_CONSTRAINT: case T_PRIMARY: case T_UNIQUE: case T_CHECK: case T_FOREIGN: case T_EXCLUDE: case T_INDEX: case T_STATISTICS: case T_TRIGGER:
    case T_ROW: case T_POLICY: case T_RULE: case T_PARTITION: case T_COLUMN: case T_GRANT: case T_REVOKE: case T_MIX: case T_HINT: case T_NUMBER:
    case T_STRING: case T_OTHER: return true;
    default: return false;
  }
}

std::string list_words(std::vector<std::string> words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

std::string with_article(std::string_view noun) {
  const bool vowel = !noun.empty() && std::string_view("aeiou").find(noun.front()) != std::string_view::npos;
  std::string out = vowel ? "an " : "a ";
  for (const char c : noun) out += c == '_' ? ' ' : c;
  return out;
}

}  // namespace

std::vector<LexToken> Recovery::explain(const std::vector<LexToken>& tokens, const SyntaxError& error) {
  const std::size_t before = diagnostics_.size();
  sound_.clear();
  parts(tokens, Entry::declarations);
  if (diagnostics_.size() > before) return std::move(sound_);
  grammar_.parse(tokens, Entry::declarations, tree_);
  report(tokens, error);
  return {};
}

void Recovery::explain_doubtful(const std::vector<LexToken>& tokens) { parts(tokens, Entry::declarations); }

void Recovery::explain_mistyped_clause(const LexToken& token) {
  static constexpr std::string_view kWords[] = {"primary", "references", "default", "unique", "collate", "generated", "identity",
                                                "constraint", "storage", "compression", "statistics"};
  const std::vector<std::string> words(std::begin(kWords), std::end(kWords));
  if (!nearest(name_value(token.text(source_)), words)) return;
  report_unexpected({token}, 0, "a clause of a column", words);
}

/// Tries head and body of a declaration (or of a partition, for which `entry` says what stands around it).
void Recovery::parts(const Tokens& tokens, Entry entry) {
  const std::size_t brace = body_brace(tokens);
  const std::size_t word = head_word(tokens);
  if (brace == kNone || word == kNone || word > brace) return;
  const std::optional<Entry> inside = body_entry(tokens[word].type);
  if (!inside) return;
  Tokens head(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(brace) + 1);
  head.push_back(tokens.back());
  const auto error = grammar_.parse(head, entry, tree_);
  if (error) report(head, *error);
  Tokens sound(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(brace) + 1);
  members(tokens, brace + 1, tokens.size() - 1, *inside, sound);
  sound.push_back(tokens.back());
  sound_ = error ? Tokens() : std::move(sound);
}

/// Tries the members one by one and adds those that parse to `sound`.
void Recovery::members(const Tokens& tokens, std::size_t begin, std::size_t end, Entry entry, Tokens& sound) {
  if (begin >= end) return;
  const std::uint16_t base = tokens[begin].column;
  Tokens piece;
  int depth = 0;
  bool has_head = false;   // hints go with the member after them
  const auto finish = [&] {
    const std::size_t before = diagnostics_.size();
    member(piece, entry);
    if (diagnostics_.size() == before) sound.insert(sound.end(), piece.begin(), piece.end());
    piece.clear();
    has_head = false;
  };
  for (std::size_t i = begin; i < end; ++i) {
    const LexToken& token = tokens[i];
    const bool on_base = token.starts_line() && (base == LexToken::kMidLine || token.column <= base);
    const bool is_comma = depth == 0 && (token.type == T_COMMA || token.type == T_LAYOUT);
    if (depth == 0 && (is_comma || (on_base && may_begin_member(token.type) && has_head))) {
      finish();
    }
    (is_comma ? sound : piece).push_back(token);
    const int change = depth_change(token.type);
    if (!is_comma && depth == 0 && change == 0 && token.type != T_HINT) has_head = true;
    depth += change;
  }
  finish();
}

void Recovery::member(const Tokens& tokens, Entry entry) {
  if (tokens.empty()) return;
  const auto error = grammar_.parse(tokens, entry, tree_);
  if (!error) {
    for (const TreeNode& node : tree_) {
      if (builder_.rule_name(node.rule) == "columnDecl" && runs_on(tokens, node.first)) explain_mistyped_clause(tokens[node.first]);
    }
    return;
  }
  const std::size_t before = diagnostics_.size();
  if (body_brace(tokens) != kNone) parts(tokens, entry);
  if (diagnostics_.size() > before) return;
  grammar_.parse(tokens, entry, tree_);
  report(tokens, *error);
}

/// `tree_` must hold what the grammar made of `tokens`.
void Recovery::report(const Tokens& tokens, const SyntaxError& error) {
  if (report_missing_type(tokens, error) || report_stray_word(tokens, error)) return;
  std::vector<std::string> words;
  for (const std::uint16_t type : error.expected) {
    if (!key_word(type).empty()) words.emplace_back(key_word(type));
  }
  report_unexpected(tokens, error.token, expected(error), words);
}

bool Recovery::report_missing_type(const Tokens& tokens, const SyntaxError& error) {
  if (error.token == 0 || !(has_rule(error, "columnDecl") || has_rule(error, "compositeAttributeDecl")) || !has_rule(error, "type")) return false;
  // Only when nothing of the type is there yet.
  for (std::size_t i = tree_.size(); i-- > 0;) {
    if (builder_.rule_name(tree_[i].rule) != "type") continue;
    if (tree_[i].first != error.token || !is_name(tokens[error.token - 1].type)) return false;
    const LexToken& name = tokens[error.token - 1];
    diagnostics_.push_back(diag::make(diag::Code::kColumnWithoutType, {file_, name.begin, name.end}, name_value(name.text(source_))));
    return true;
  }
  return false;
}

/// A word after a complete declaration that isn't the beginning of another one was meant as a clause of it.
bool Recovery::report_stray_word(const Tokens& tokens, const SyntaxError& error) {
  std::string_view kind;
  for (std::size_t i = 1; i < tree_.size(); ++i) {
    const TreeNode& node = tree_[i];
    const std::string_view here = builder_.declaration_kind(node.rule);
    const bool is_top = !here.empty() && tree_[i - 1].first == node.first && builder_.rule_name(tree_[i - 1].rule) == "declaration";
    if (!is_top) continue;
    if (kind.empty() || node.first >= tokens.size() || tokens[node.first].type != T_SOFT_WORD) {
      kind = here;
      continue;
    }
    if (node.first > error.token) return false;
    if (is_uniform_word(tokens[node.first].text(source_))) continue;
    std::vector<std::string> words;
    for (std::uint16_t type = 1; type < T_OTHER; ++type) {
      if (!key_word(type).empty()) words.emplace_back(key_word(type));
    }
    report_unexpected(tokens, node.first, "a clause of " + with_article(kind), words);
    return true;
  }
  return false;
}

std::string Recovery::expected(const SyntaxError& error) const {
  std::vector<std::string> words;
  bool takes_name = false;
  bool takes_other = false;
  for (const std::uint16_t type : error.expected) {
    if (type == T_SOFT_WORD) takes_name = true;
    if (type == T_LAYOUT) continue;
    const std::string word = spelling(type);
    if (type == T_STRING) {
      words.emplace_back("a string");
    } else if (type == T_NUMBER) {
      words.emplace_back("a number");
    } else if (!word.empty() && type != T_PLUS && type != T_MINUS) {
      words.push_back(in_backquotes(word));
    } else if (type != T_DOLLAR_STRING && type != T_PLUS && type != T_MINUS) {
      takes_other = true;
    }
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  if (!takes_name && !takes_other && !words.empty() && words.size() <= kMostListed) return list_words(std::move(words));
  return expected_by_rule(error);
}

std::string Recovery::expected_by_rule(const SyntaxError& error) const {
  for (std::size_t i = 0; i < error.rules.size(); ++i) {
    const std::string_view rule = builder_.rule_name(error.rules[i]);
    if (rule == "type") return has_rule(error, "columnDecl") ? "a column type" : "a type";
    if (i == 0 && (rule == "qualifiedName" || rule == "identifier")) return "a name";
    for (const Phrase& phrase : kPhrases) {
      if (phrase.rule == rule) return std::string(phrase.words);
    }
    const std::string_view kind = builder_.declaration_kind(error.rules[i]);
    if (kind.empty()) continue;
    const bool is_name_next = std::find(error.expected.begin(), error.expected.end(), T_SOFT_WORD) != error.expected.end();
    if (is_name_next && i == 0) return "a name";
    return "a clause of " + with_article(kind);
  }
  return "a declaration";
}

void Recovery::report_unexpected(const Tokens& tokens, std::size_t at, const std::string& expected, const std::vector<std::string>& words) {
  if (at >= tokens.size()) {
    const Span place = tokens.empty() ? Span{file_, 0, 0} : Span{file_, tokens.back().begin, tokens.back().end};
    diagnostics_.push_back(diag::make(diag::Code::kUnexpectedInput, place, "end after this", expected));
    return;
  }
  const LexToken& token = tokens[at];
  const Span place{file_, token.begin, token.end};
  std::string_view text = token.text(source_);
  std::string what;
  if (token.type == T_STRING || token.type == T_DOLLAR_STRING) {
    what = "string";
  } else if (text.size() > kMostShown) {
    what = "long word";
  } else {
    what = in_backquotes(text);
  }
  diag::Diagnostic out = diag::make(diag::Code::kUnexpectedInput, place, what, expected);
  if (token.type == T_SOFT_WORD && text.size() <= kMostShown) {
    diagnostics_.push_back(std::move(out).with_suggestion(to_lower_ascii(text), words, place));
  } else {
    diagnostics_.push_back(std::move(out));
  }
}

bool Recovery::has_rule(const SyntaxError& error, std::string_view name) const {
  return std::any_of(error.rules.begin(), error.rules.end(), [&](std::uint16_t rule) { return builder_.rule_name(rule) == name; });
}

}  // namespace lpc::frontend
