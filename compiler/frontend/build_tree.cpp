#include "frontend/build_tree.h"

#include <algorithm>

#include "base/text.h"
#include "frontend/text_values.h"

namespace lpc::frontend {
namespace {

std::string snake_case(std::string_view camel) {
  std::string out;
  for (const char c : camel) {
    if (c >= 'A' && c <= 'Z') {
      out += '_';
      out += static_cast<char>(c + ('a' - 'A'));
    } else {
      out += c;
    }
  }
  return out;
}

/// In a hint any word but a value's may be a name: the old name of a column was good once.
bool is_argument_name(std::uint16_t type) {
  return type == T_SOFT_WORD || type == T_QUOTED_NAME || (!key_word(type).empty() && type != T_NULL_WORD && type != T_TRUE && type != T_FALSE);
}

bool is_bare_word(std::uint16_t type) { return type == T_SOFT_WORD || type == T_HINT || !key_word(type).empty(); }

}  // namespace

bool runs_on(const std::vector<LexToken>& tokens, std::uint32_t column) {
  if (column == 0 || tokens[column].starts_line() || tokens[column].type != T_SOFT_WORD) return false;
  const std::uint16_t before = tokens[column - 1].type;
  return before != T_COMMA && before != T_LAYOUT && before != T_LEFT_BRACE && before != T_HINT;
}

TreeBuilder::Rule TreeBuilder::classify(const std::string& rule) {
  struct Value {
    std::string_view rule;
    Shape shape;
  };
  static constexpr Value kValues[] = {
      {"qualifiedName", Shape::name}, {"identifier", Shape::name},       {"string", Shape::string},   {"number", Shape::number},
      {"sqlParens", Shape::sql},      {"atomicBody", Shape::verbatim},   {"type", Shape::type},       {"expression", Shape::expression},
      {"nameList", Shape::names},     {"option", Shape::option},         {"hint", Shape::hint},       {"importDecl", Shape::import},
      {"keyName", Shape::name},         {"operatorName", Shape::operator_name},
      {"enumLabel", Shape::label},    {"uniformKind", Shape::uniform_kind}, {"externalClause", Shape::external},
  };
  for (const Value& value : kValues) {
    if (rule == value.rule) return {rule, "", value.shape};
  }
  const std::string_view name = rule;
  if (name.ends_with("Decl")) return {rule, snake_case(name.substr(0, name.size() - 4)), Shape::declaration};
  if (name.ends_with("Clause")) return {rule, snake_case(name.substr(0, name.size() - 6)), Shape::clause};
  if (name.ends_with("Word")) return {rule, "", Shape::word};
  return {rule, "", Shape::nothing_of_its_own};
}

TreeBuilder::TreeBuilder(const std::vector<std::string>& rule_names) {
  for (const std::string& name : rule_names) rules_.push_back(classify(name));
}

std::string_view TreeBuilder::declaration_kind(std::uint16_t rule) const {
  return rules_[rule].shape == Shape::declaration ? std::string_view(rules_[rule].word) : std::string_view();
}

class TreeBuilder::Run {
 public:
  Run(const TreeBuilder& builder, const Input& input, Output& output)
      : rules_(builder.rules_), file_(input.file), source_(input.source), tokens_(input.tokens), tree_(input.tree), gap_begin_(input.gap_begin), output_(output) {}

  void run() {
    Target target{&output_.declarations, nullptr, nullptr, nullptr};
    if (!tree_.empty()) children(0, target);
  }

 private:
  /// Where the parts of a rule go.
  struct Target {
    std::vector<ast::Decl>* members;
    std::vector<ast::Clause>* clauses;
    std::vector<ast::Value>* values;
    ast::Decl* named;                  ///< takes the first name as its own
  };
  /// What stood before a declaration and belongs to it.
  struct Prefix {
    std::vector<ast::Hint> hints;
    std::uint32_t first = UINT32_MAX;
    bool external = false;
  };

  void children(std::uint32_t parent, Target& target) {
    Prefix prefix;
    for (std::uint32_t i = parent + 1; i < tree_[parent].next; i = tree_[i].next) {
      switch (rules_[tree_[i].rule].shape) {
        case Shape::nothing_of_its_own: children(i, target); break;
        case Shape::hint:
          prefix.first = std::min(prefix.first, tree_[i].first);
          prefix.hints.push_back(hint(i));
          break;
        case Shape::external:
          prefix.first = std::min(prefix.first, tree_[i].first);
          prefix.external = true;
          break;
        case Shape::declaration:
          declaration(i, target, prefix);
          prefix = {};
          break;
        case Shape::import: import(i); break;
        case Shape::clause: clause(i, target); break;
        case Shape::uniform_kind: target.named->kind = words(i, '_'); break;
        default: value(i, target);
      }
    }
  }

  /// Makes room for what comes, but for the few clauses that stand for something else. A big file has a hundred thousand declarations, and room for twice as many would be half of its tree.
  void reserve(std::uint32_t parent, Target& target) {
    std::size_t members = 0, clauses = 0;
    count(parent, members, clauses);
    if (target.members != nullptr) target.members->reserve(members);
    if (target.clauses != nullptr) target.clauses->reserve(clauses);
  }

  void count(std::uint32_t parent, std::size_t& members, std::size_t& clauses) const {
    for (std::uint32_t i = parent + 1; i < tree_[parent].next; i = tree_[i].next) {
      switch (rules_[tree_[i].rule].shape) {
        case Shape::nothing_of_its_own: count(i, members, clauses); break;
        case Shape::declaration: ++members; break;
        case Shape::clause: ++clauses; break;
        default: break;
      }
    }
  }

  void declaration(std::uint32_t node, Target& target, Prefix& prefix) {
    ast::Decl decl;
    decl.kind = rules_[tree_[node].rule].word;
    decl.uniform = decl.kind == "uniform";
    decl.external = prefix.external;
    decl.hints = std::move(prefix.hints);
    // `external` is the declaration's first word, hints aren't a part of it.
    const std::uint32_t first = prefix.external ? external_word(tree_[node].first) : tree_[node].first;
    decl.span = span(first, tree_[node].last);
    decl.doc = doc(std::min(prefix.first, tree_[node].first), tree_[node].first);
    Target inside{&decl.members, &decl.clauses, &decl.values, &decl};
    reserve(node, inside);
    children(node, inside);
    decl.name_span = decl.name.empty() ? span(tree_[node].first, tree_[node].first + 1) : decl.name.span;
    if (decl.kind == "column" && runs_on(tokens_, tree_[node].first)) output_.run_on_columns.push_back(tree_[node].first);
    if (decl.kind == "mix") {
      output_.diagnostics.push_back(diag::make(diag::Code::kNotSupported, decl.span, "`mix`"));
      return;
    }
    target.members->push_back(std::move(decl));
  }

  std::uint32_t external_word(std::uint32_t first) const {
    while (first > 0 && tokens_[first].type != T_EXTERNAL) --first;
    return first;
  }

  void clause(std::uint32_t node, Target& target) {
    const std::uint32_t only = node + 1;
    const TreeNode& here = tree_[node];
    if (only < here.next && tree_[only].next == here.next && tree_[only].first == here.first && tree_[only].last == here.last) {
      const Shape shape = rules_[tree_[only].rule].shape;
      // A clause that is nothing but another clause is a choice among clauses.
      if (shape == Shape::clause || shape == Shape::declaration) return children(node, target);
    }
    ast::Clause out;
    out.word = rules_[here.rule].word;
    out.span = span(here.first, here.last);
    Target inside{target.members, &out.clauses, &out.values, nullptr};
    children(node, inside);
    target.clauses->push_back(std::move(out));
  }

  void value(std::uint32_t node, Target& target) {
    ast::Value out = make_value(node);
    if (out.shape == ast::Shape::name && target.named != nullptr && target.named->name.empty()) {
      target.named->name = std::move(out.name);
      return;
    }
    if (out.shape == ast::Shape::type && tokens_[tree_[node].first].starts_line()) output_.has_doubtful_column = true;
    if (target.values != nullptr) target.values->push_back(std::move(out));
  }

  ast::Value make_value(std::uint32_t node) {
    const TreeNode& here = tree_[node];
    const Span whole = span(here.first, here.last);
    switch (rules_[here.rule].shape) {
      case Shape::word: return {ast::Shape::word, words(node, ' '), {}, {}, whole};
      case Shape::name: return {ast::Shape::name, std::string(text(whole)), name(here.first, here.last), {}, whole};
      case Shape::label: return label(node);
      case Shape::operator_name: return {ast::Shape::name, std::string(text(whole)), operator_name(here.first, here.last), {}, whole};
      case Shape::string: return {ast::Shape::string, string_value(text(whole)), {}, {}, whole};
      case Shape::number: return {ast::Shape::number, glued(here), {}, {}, whole};
      case Shape::sql: return inner(node, ast::Shape::sql);
      case Shape::verbatim: return verbatim(here);
      case Shape::type: return {ast::Shape::type, type_text(here), {}, {}, whole};
      case Shape::expression: {
        const TreeNode* const primary = node + 1 < here.next ? &tree_[node + 1] : nullptr;
        const bool is_parens = primary != nullptr && primary->last == here.last && node + 2 < here.next &&
                               rules_[tree_[node + 2].rule].shape == Shape::sql && tree_[node + 2].first == here.first && tree_[node + 2].last == here.last;
        if (is_parens) return inner(node + 2, ast::Shape::expression);
        return {ast::Shape::expression, std::string(text(whole)), {}, {}, whole};
      }
      case Shape::names: return {ast::Shape::names, "", {}, items(node), whole};
      case Shape::option: {
        std::vector<ast::Value> parts = items(node);
        ast::Value out{ast::Shape::option, "", std::move(parts.front().name), {}, whole};
        parts.erase(parts.begin());
        out.items = std::move(parts);
        return out;
      }
      default: break;
    }
    LP_CHECK(!"a rule that is no value");
  }

  std::vector<ast::Value> items(std::uint32_t node) {
    std::vector<ast::Value> out;
    Target inside{nullptr, nullptr, &out, nullptr};
    children(node, inside);
    return out;
  }

  /// A name that may be written as a string.
  ast::Value label(std::uint32_t node) {
    const TreeNode& here = tree_[node];
    const Span whole = span(here.first, here.last);
    const bool is_string = tokens_[here.first].type == T_STRING || tokens_[here.first].type == T_DOLLAR_STRING;
    ast::Name out;
    out.span = whole;
    out.parts.push_back({is_string ? string_value(text(whole)) : name_value(text(whole)), whole});
    return {ast::Shape::name, std::string(text(whole)), std::move(out), {}, whole};
  }

  ast::Name name(std::uint32_t first, std::uint32_t last) const {
    ast::Name out;
    out.span = span(first, last);
    for (std::uint32_t i = first; i < last; ++i) {
      if (tokens_[i].type != T_DOT) out.parts.push_back({name_value(tokens_[i].text(source_)), span(i, i + 1)});
    }
    return out;
  }

  /// `shop.===`: the symbols of an operator are its own name.
  ast::Name operator_name(std::uint32_t first, std::uint32_t last) const {
    std::uint32_t symbols = last;
    while (symbols > first && tokens_[symbols - 1].type != T_DOT) --symbols;
    ast::Name out = name(first, symbols);
    out.span = span(first, last);
    std::string own;
    for (std::uint32_t i = symbols; i < last; ++i) own += tokens_[i].text(source_);
    out.parts.push_back({std::move(own), span(symbols, last)});
    return out;
  }

  /// What stands between the node's brackets.
  ast::Value inner(std::uint32_t node, ast::Shape shape) const {
    const TreeNode& here = tree_[node];
    return trimmed(tokens_[here.first].end, tokens_[here.last - 1].begin, shape);
  }

  /// An empty body stands where it would begin.
  ast::Value verbatim(const TreeNode& here) const {
    const std::uint32_t begin = here.first < tokens_.size() ? tokens_[here.first].begin : 0;
    return here.first == here.last ? trimmed(begin, begin, ast::Shape::sql) : trimmed(begin, tokens_[here.last - 1].end, ast::Shape::sql);
  }

  ast::Value trimmed(std::uint32_t begin, std::uint32_t end, ast::Shape shape) const {
    const std::string_view whole = source_.substr(begin, end - begin);
    const std::string_view kept = trim(whole);
    const auto at = kept.empty() ? begin : static_cast<std::uint32_t>(kept.data() - source_.data());
    return {shape, std::string(kept), {}, {}, {file_, at, at + static_cast<std::uint32_t>(kept.size())}};
  }

  std::string words(std::uint32_t node, char separator) const {
    std::string out;
    for (std::uint32_t i = tree_[node].first; i < tree_[node].last; ++i) {
      if (!out.empty()) out += separator;
      out += to_lower_ascii(tokens_[i].text(source_));
    }
    return out;
  }

  std::string glued(const TreeNode& here) const {
    std::string out;
    for (std::uint32_t i = here.first; i < here.last; ++i) out += tokens_[i].text(source_);
    return out;
  }

  /// One spelling however it was spaced: blanks stand before words alone. Modifiers keep their case, `geometry(Point,4326)`: they are the type's
  /// own, and the server gives them back as the type writes them.
  std::string type_text(const TreeNode& here) const {
    std::string out;
    int depth = 0;
    for (std::uint32_t i = here.first; i < here.last; ++i) {
      const LexToken& token = tokens_[i];
      const bool is_word = is_bare_word(token.type) || token.type == T_QUOTED_NAME || token.type == T_NUMBER || token.type == T_STRING;
      if (is_word && !out.empty() && out.back() != '(' && out.back() != '[' && out.back() != '.' && out.back() != ',' && out.back() != '%' &&
          out.back() != '-') {
        out += ' ';
      }
      depth += depth_change(token.type);
      if (depth == 0 && is_bare_word(token.type)) {
        out += to_lower_ascii(token.text(source_));
      } else {
        out += token.text(source_);
      }
    }
    return out;
  }

  ast::Hint hint(std::uint32_t node) {
    const TreeNode& here = tree_[node];
    ast::Hint out{to_lower_ascii(tokens_[here.first].text(source_).substr(1)), {}, span(here.first, here.last)};
    if (node + 1 == here.next) return out;
    const std::uint32_t begin = here.first + 2;
    const std::uint32_t end = here.last - 1;
    if (!simple_arguments(begin, end, out.arguments)) {
      out.arguments.clear();
      out.arguments.push_back(inner(node + 1, ast::Shape::expression));
    }
    return out;
  }

  /// Reads names, strings and numbers with commas between them; false when there is anything else.
  bool simple_arguments(std::uint32_t begin, std::uint32_t end, std::vector<ast::Value>& out) const {
    for (std::uint32_t i = begin; i < end; ++i) {
      if (i > begin && tokens_[i++].type != T_COMMA) return false;
      const std::uint32_t first = i;
      if (i == end) return false;
      const std::uint16_t type = tokens_[i].type;
      if (type == T_STRING || type == T_DOLLAR_STRING) {
        out.push_back({ast::Shape::string, string_value(tokens_[i].text(source_)), {}, {}, span(i, i + 1)});
      } else if (type == T_NUMBER) {
        out.push_back({ast::Shape::number, std::string(tokens_[i].text(source_)), {}, {}, span(i, i + 1)});
      } else if (is_argument_name(type)) {
        while (i + 2 < end && tokens_[i + 1].type == T_DOT && is_argument_name(tokens_[i + 2].type)) i += 2;
        const Span whole = span(first, i + 1);
        out.push_back({ast::Shape::name, std::string(text(whole)), name(first, i + 1), {}, whole});
      } else {
        return false;
      }
    }
    return true;
  }

  void import(std::uint32_t node) {
    const Span whole = span(tree_[node].first, tree_[node].last);
    const std::vector<ast::Value> parts = items(node);
    const ast::Value& path = parts.front();
    const std::string text = path.shape == ast::Shape::string ? path.text : path.name.dotted();
    if (path.shape == ast::Shape::name && path.name.parts.front().text == "std") {
      output_.diagnostics.push_back(diag::make(diag::Code::kNotSupported, whole, "importing `" + text + "`"));
    } else {
      output_.imports.push_back({text, whole});
    }
  }

  /// The `---` comments before the tokens of [first, last].
  std::optional<std::string> doc(std::uint32_t first, std::uint32_t last) const {
    std::optional<std::string> out;
    while (first > 0 && tokens_[first - 1].type == T_COMMA) --first;   // commas between members mean nothing
    for (std::uint32_t i = first; i <= last; ++i) {
      if (!tokens_[i].doc_before) continue;
      Lexer lexer(source_, i == 0 ? gap_begin_ : tokens_[i - 1].end);
      for (LexToken token = lexer.next_any(); token.begin < tokens_[i].begin; token = lexer.next_any()) {
        if (token.type != T_DOC) continue;
        if (out) *out += '\n';
        if (!out) out.emplace();
        *out += doc_text(token.text(source_));
      }
    }
    return out;
  }

  Span span(std::uint32_t first, std::uint32_t last) const {
    if (first >= last) return {file_, tokens_[first].begin, tokens_[first].begin};
    return {file_, tokens_[first].begin, tokens_[last - 1].end};
  }
  std::string_view text(const Span& span) const { return source_.substr(span.begin, span.end - span.begin); }

  const std::vector<Rule>& rules_;
  FileId file_;
  std::string_view source_;
  const std::vector<LexToken>& tokens_;
  const Tree& tree_;
  std::uint32_t gap_begin_;
  Output& output_;
};

TreeBuilder::Output TreeBuilder::build(const Input& input) const {
  Output output;
  Run(*this, input, output).run();
  return output;
}

}  // namespace lpc::frontend
