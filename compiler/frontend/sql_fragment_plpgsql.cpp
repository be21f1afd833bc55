#include "frontend/sql_fragment_plpgsql.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "frontend/sql_fragment_scan.h"

namespace lpc::frontend {
namespace {

constexpr auto kStatementWords = std::to_array<std::string_view>({"select", "insert", "update", "delete", "merge", "with", "values", "table",
                                                                  "call", "truncate", "lock", "refresh", "create"});

constexpr auto kExpressionWords = std::to_array<std::string_view>({"perform", "return", "if", "elsif", "elseif", "when", "while"});

template <std::size_t N>
bool is_one_of(const Piece& piece, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return piece.is_word(word); });
}

bool starts_statement(std::string_view sql) {
  bool found = false;
  for_each_piece(sql, [&](const Piece& piece) {
    found = is_one_of(piece, kStatementWords);
    return piece.is_symbol('(');
  });
  return found;
}

/// Returns false when the text doesn't parse.
bool collect_sql(const std::string& sql, ReferenceCollector& collector) {
  ParserOutput output = run_sql_parser(sql);
  if (!output.error.empty()) return false;
  const SqlTree tree(std::move(output.json));
  collector.collect(member(tree.root(), "stmts"), 0, 0);
  return true;
}

/// An expression of PL/pgSQL is what can follow SELECT: `count(*) > 1 from t` too.
/// https://www.postgresql.org/docs/15/plpgsql-expressions.html
void collect_expression(std::string_view sql, ReferenceCollector& collector) {
  if (starts_statement(sql) && collect_sql(std::string(sql), collector)) return;
  collect_sql("SELECT " + std::string(sql), collector);
}

/// `target[f(1)].field := expression`
void collect_assignment(std::string_view sql, ReferenceCollector& collector) {
  std::size_t split = std::string_view::npos;
  int depth = 0;
  for_each_piece(sql, [&](const Piece& piece) {
    if (piece.is_symbol('[') || piece.is_symbol('(')) ++depth;
    if (piece.is_symbol(']') || piece.is_symbol(')')) --depth;
    if (depth == 0 && piece.is_symbol('=')) split = piece.begin;
    return split == std::string_view::npos;
  });
  if (split == std::string_view::npos) return collect_expression(sql, collector);
  std::string_view target = sql.substr(0, split);
  if (target.ends_with(':')) target.remove_suffix(1);
  if (target.find('(') != std::string_view::npos) collect_expression(target, collector);
  collect_expression(sql.substr(split + 1), collector);
}

void collect_body(const SqlNode* root, ReferenceCollector& collector) {
  struct Work {
    const SqlNode* node;
    bool assignment;
  };
  std::vector<Work> work{{root, false}};
  while (!work.empty()) {
    const auto [node, assignment] = work.back();
    work.pop_back();
    if (node->key == "PLpgSQL_expr") {
      const std::string_view query = text_of(node, "query");
      assignment ? collect_assignment(query, collector) : collect_expression(query, collector);
      continue;
    }
    if (node->key == "PLpgSQL_type") {
      if (const std::string_view type = text_of(node, "typname"); type != "UNKNOWN") collector.add_type_text(type);
      continue;
    }
    const bool assigns = node->key == "PLpgSQL_stmt_assign" || (assignment && node->key == "expr");
    const std::size_t begin = work.size();
    for (const SqlNode* item = node->child; item != nullptr; item = item->next) {
      if (item->type >= SqlNode::Type::array) work.push_back({item, assigns});
    }
    std::reverse(work.begin() + static_cast<std::ptrdiff_t>(begin), work.end());
  }
}

/// The statement without `into [strict] a, b.c`, which plain SQL knows otherwise or not at all.
std::string without_into(std::string_view sql) {
  const std::vector<Piece> pieces = pieces_of(sql);
  std::size_t begin = 0;
  while (begin < pieces.size() && !pieces[begin].is_word("into")) ++begin;
  // INSERT INTO and MERGE INTO name a table.
  if (begin == 1 || begin >= pieces.size()) {
    for (++begin; begin < pieces.size() && !pieces[begin].is_word("into");) ++begin;
  }
  if (begin >= pieces.size()) return std::string(sql);
  std::size_t end = begin + 1;
  if (end < pieces.size() && pieces[end].is_word("strict")) ++end;
  while (end + 1 < pieces.size() && (pieces[end + 1].is_symbol(',') || pieces[end + 1].is_symbol('.'))) end += 2;
  const std::size_t rest = end < pieces.size() ? pieces[end].end() : sql.size();
  return std::string(sql.substr(0, pieces[begin].begin)) + " " + std::string(sql.substr(rest));
}

/// Reads a body that the PL/pgSQL parser refused, as it does when it takes a server to know a variable's type. What stands between a word that begins
/// a statement or an expression and the end of it counts when it parses; the rest is left alone.
void collect_statements(std::string_view body, ReferenceCollector& collector) {
  std::size_t begin = std::string_view::npos;
  bool expression = false;
  bool colon = false;
  for_each_piece(body, [&](const Piece& piece) {
    const bool assigns = colon && piece.is_symbol('=');
    colon = piece.is_symbol(':');
    if (begin == std::string_view::npos) {
      expression = assigns || is_one_of(piece, kExpressionWords);
      if (expression) begin = piece.end();
      if (is_one_of(piece, kStatementWords)) begin = piece.begin;
      return true;
    }
    // RETURN QUERY and RETURN NEXT: what follows is looked at afresh.
    const bool returns_rows = expression && (piece.is_word("query") || piece.is_word("next")) && trim_filler(body.substr(begin, piece.begin - begin)).empty();
    if (returns_rows) begin = std::string_view::npos;
    if (returns_rows || !(piece.is_symbol(';') || piece.is_word("loop") || (expression && piece.is_word("then")))) return true;
    const std::string_view text = body.substr(begin, piece.begin - begin);
    begin = std::string_view::npos;
    if (expression) {
      collect_expression(text, collector);
    } else if (!collect_sql(std::string(text), collector)) {
      collect_sql(without_into(text), collector);
    }
    return true;
  });
}

/// The types of `name [constant] type [collate …] [not null] [default …];` between the first DECLARE and BEGIN.
void collect_declarations(std::string_view body, ReferenceCollector& collector) {
  bool declaring = false;
  std::size_t words = 0;   // of the declaration so far: its name, then its type
  std::size_t begin = 0;
  for_each_piece(body, [&](const Piece& piece) {
    if (piece.is_word("begin")) return false;
    const bool end_of_type = piece.is_symbol(';') || piece.is_symbol(':') || piece.is_symbol('=') || piece.is_word("default") || piece.is_word("not") ||
                             piece.is_word("collate");
    if (declaring && words == 2 && end_of_type) {
      collector.add_type_text(body.substr(begin, piece.begin - begin));
      ++words;
    }
    if (piece.is_symbol(';') || piece.is_word("declare")) {
      declaring = true;
      words = 0;
    } else if (declaring && words < 2 && !piece.is_word("constant")) {
      if (++words == 2) begin = piece.begin;
    }
    return true;
  });
}

std::string_view body_of(const SqlNode* statement) {
  const SqlNode* options = member(member(statement, "CreateFunctionStmt"), "options");
  for (const SqlNode* item = options == nullptr ? nullptr : options->child; item != nullptr; item = item->next) {
    const SqlNode* option = member(item, "DefElem");
    if (text_of(option, "defname") != "as") continue;
    const SqlNode* body = member(option, {"arg", "List", "items"});
    if (body != nullptr && body->child != nullptr) return text_of(member(body->child, "String"), "sval");
  }
  return {};
}

}  // namespace

void collect_plpgsql(std::string_view definition, const SqlNode* statement, ReferenceCollector& collector) {
  const SqlNode* function = member(statement, "CreateFunctionStmt");
  collector.collect(member(function, "parameters"), 0, 0);
  collector.collect(member(function, "returnType"), 0, 0);
  ParserOutput output = run_plpgsql_parser(definition);
  if (!output.error.empty()) {
    collect_declarations(body_of(statement), collector);
    return collect_statements(body_of(statement), collector);
  }
  const SqlTree tree(std::move(output.json));
  if (tree.root() != nullptr) collect_body(tree.root(), collector);
}

}  // namespace lpc::frontend
