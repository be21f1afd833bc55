#include "execute/batches.h"

#include <fmt/format.h>

#include <string>

#include "base/sql_scan.h"
#include "base/text.h"
#include "diag/sink.h"
#include "ledger/secrets.h"

namespace lpc::execute {

namespace {

struct Word {
  std::string text;              ///< upper case
  bool starts_statement = false;
};

/// Calls `visit` for each word; it returns false to stop. A symbol `;` with something behind it begins a statement (or stands inside a routine's body).
template <class Visit>
void for_each_word(std::string_view sql, const Visit& visit) {
  bool at_start = true;
  for (std::size_t at = 0; at < sql.size();) {
    const Lexeme lexeme = scan_lexeme(sql, at);
    at = lexeme.end;
    if (is_filler(lexeme.kind)) continue;
    if (lexeme.kind == LexemeKind::word) {
      std::string text(sql.substr(lexeme.begin, lexeme.end - lexeme.begin));
      for (char& byte : text) byte = byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 'a' + 'A') : byte;
      if (!visit(Word{std::move(text), at_start})) return;
    }
    at_start = lexeme.kind == LexemeKind::symbol && sql[lexeme.begin] == ';';
  }
}

/// Whether a statement that begins with these two words (the second may be "") ends or begins a transaction.
bool controls_transaction(std::string_view first, std::string_view second) {
  if (first == "ROLLBACK") return second != "TO";
  if (first == "PREPARE") return second == "TRANSACTION";
  return first == "BEGIN" || first == "START" || first == "COMMIT" || first == "ABORT" || first == "END";
}

/// The word that would end or begin a transaction, or "". A body in BEGIN ATOMIC … END has an END behind a semicolon of its own.
std::string transaction_control(std::string_view sql) {
  std::string found, first;
  bool has_body = false;
  const auto decide = [&](std::string_view second) {
    if (controls_transaction(first, second) && !(first == "END" && has_body)) found = first;
    first.clear();
    return found.empty();
  };
  for_each_word(sql, [&](const Word& word) {
    if (!first.empty() && !decide(word.starts_statement ? std::string_view() : std::string_view(word.text))) return false;
    if (word.starts_statement) first = word.text;
    has_body = has_body || word.text == "ATOMIC";
    return true;
  });
  if (found.empty()) decide("");
  return found;
}

Failure bad_statement(std::size_t step, const std::string& what) {
  return {"LP5003", diag::make(diag::Code::kBadPlanValue, {}, fmt::format("/steps/{}/sql", step), "the plan", what).message, "", ""};
}

}  // namespace

bool fits_pipeline(std::string_view sql) {
  bool first = true, copy = false;
  for_each_word(sql, [&](const Word& word) {
    copy = first && std::string_view(word.text) == "COPY";
    first = false;
    return false;
  });
  if (copy) return false;
  bool ended = false;
  for (std::size_t at = 0; at < sql.size();) {
    const Lexeme lexeme = scan_lexeme(sql, at);
    at = lexeme.end;
    if (is_filler(lexeme.kind)) continue;
    if (ended) return false;
    ended = lexeme.kind == LexemeKind::symbol && sql[lexeme.begin] == ';';
  }
  return true;
}

bool is_concurrent(std::string_view sql) {
  bool found = false;
  for_each_word(sql, [&](const Word& word) {
    found = word.text == "CONCURRENTLY";
    return !found;
  });
  return found;
}

Status check_statements(const std::vector<plan::Step>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    for (const std::string& statement : steps[i].sql) {
      const std::string control = transaction_control(statement);
      if (!control.empty()) {
        Failure failure = bad_statement(i, fmt::format("free of {}, because lpc makes the transactions itself", control));
        failure.hint = "give steps that belong together the same `group`, and a step that needs no transaction around it `\"transactional\": false`";
        return failure;
      }
      if (ledger::has_masked_password(statement)) {
        return bad_statement(i, "complete: its password isn't kept in the ledger, so that this can't be done from there");
      }
    }
  }
  return ok();
}

}  // namespace lpc::execute
