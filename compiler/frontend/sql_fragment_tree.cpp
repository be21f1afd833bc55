#include "frontend/sql_fragment_tree.h"

#include <pg_query.h>
#include <pthread.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/sql_scan.h"
#include "base/text.h"
#include "frontend/sql_script.h"

#ifdef __SANITIZE_ADDRESS__
/// The library loses its (empty) buffer of messages when a PL/pgSQL body is refused.
extern "C" const char* __lsan_default_suppressions() { return "leak:pg_query_raw_parse\n"; }
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }
#endif

namespace lpc::frontend {
namespace {

/// The library recurses over its tree, and left-associative operators make a tree as deep as the text is long. It takes less than 160
/// bytes of stack per byte of text; texts that could need more than a usual stack holds get a stack of their own.
constexpr std::size_t kUsualStackText = 32 * 1024;
constexpr std::size_t kStackPerByte = 256;
constexpr std::size_t kLongestText = 4 * 1024 * 1024;

std::string unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    if (c == 'u' && i + 4 < text.size()) {
      unsigned code = 0;
      std::from_chars(text.data() + i + 1, text.data() + i + 5, code, 16);
      append_utf8(out, code);
      i += 4;
    } else {
      constexpr std::string_view kLetters = "bfnrt";
      constexpr std::string_view kControls = "\b\f\n\r\t";
      const std::size_t known = kLetters.find(c);
      out += known == std::string_view::npos ? c : kControls[known];
    }
  }
  return out;
}

ParserOutput output_of(std::string_view sql, const char* json, const PgQueryError* error) {
  ParserOutput output;
  if (error != nullptr) {
    output.error = error->message == nullptr ? "the SQL parser gave no reason" : error->message;
    // 0 means no position.
    output.offset = static_cast<std::uint32_t>(error->cursorpos > 0 ? offset_of_character(sql, static_cast<std::size_t>(error->cursorpos) - 1) : 0);
  } else if (json != nullptr) {
    output.json = json;
  }
  return output;
}

struct Job {
  const std::string& sql;
  bool plpgsql;
  ParserOutput output;
};

void* run_job(void* argument) {
  Job& job = *static_cast<Job*>(argument);
  if (job.plpgsql) {
    const PgQueryPlpgsqlParseResult result = pg_query_parse_plpgsql(job.sql.c_str());
    job.output = output_of(job.sql, result.plpgsql_funcs, result.error);
    pg_query_free_plpgsql_parse_result(result);
  } else {
    const PgQueryParseResult result = pg_query_parse(job.sql.c_str());
    job.output = output_of(job.sql, result.parse_tree, result.error);
    pg_query_free_parse_result(result);
  }
  return nullptr;
}

bool run_on_big_stack(Job& job) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_t thread;
  const bool started = pthread_attr_setstacksize(&attributes, 1024 * 1024 + job.sql.size() * kStackPerByte) == 0 &&
                       pthread_create(&thread, &attributes, run_job, &job) == 0;
  pthread_attr_destroy(&attributes);
  if (started) pthread_join(thread, nullptr);
  return started;
}

ParserOutput run(std::string_view text, bool plpgsql) {
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
    return {"", "a zero byte can't stand in SQL", static_cast<std::uint32_t>(zero)};
  }
  if (text.size() > kLongestText) return {"", "this is longer than the 4 MB that the SQL parser takes in one piece", 0};
  const std::string sql(text);
  Job job{sql, plpgsql, {}};
  if (sql.size() <= kUsualStackText) {
    run_job(&job);
  } else if (!run_on_big_stack(job)) {
    return {"", "there is no memory to parse SQL of this length", 0};
  }
  return std::move(job.output);
}

}  // namespace

std::size_t SqlNode::size() const {
  std::size_t count = 0;
  for (const SqlNode* item = child; item != nullptr; item = item->next) ++count;
  return count;
}

const SqlNode* member(const SqlNode* node, std::string_view key) {
  if (node == nullptr || node->type != SqlNode::Type::object) return nullptr;
  for (const SqlNode* item = node->child; item != nullptr; item = item->next) {
    if (item->key == key) return item;
  }
  return nullptr;
}

const SqlNode* member(const SqlNode* node, std::initializer_list<std::string_view> path) {
  for (const std::string_view key : path) node = member(node, key);
  return node;
}

std::string_view text_of(const SqlNode* node, std::string_view key) {
  const SqlNode* found = member(node, key);
  return found == nullptr ? std::string_view() : found->text;
}

bool is_true(const SqlNode* node, std::string_view key) { return text_of(node, key) == "true"; }

long long number_of(const SqlNode* node, std::string_view key, long long fallback) {
  const std::string_view text = text_of(node, key);
  long long value = fallback;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::vector<std::string> strings_of(const SqlNode* list) {
  std::vector<std::string> strings;
  if (list == nullptr) return strings;
  for (const SqlNode* item = list->child; item != nullptr; item = item->next) {
    if (const SqlNode* string = member(item, "String")) strings.emplace_back(text_of(string, "sval"));
    if (member(item, "A_Star") != nullptr) strings.emplace_back("*");
  }
  return strings;
}

SqlTree::SqlTree(std::string json) : json_(std::move(json)) {
  // Every value but the first of its parent follows a comma, and the first one follows a bracket.
  std::size_t most = 1;
  for (const char c : json_) most += c == ',' || c == '{' || c == '[' ? 1 : 0;
  nodes_.reserve(most);
  root_ = build();
}

std::string_view SqlTree::take_string(std::size_t& at) {
  const std::size_t begin = ++at;
  bool escaped = false;
  while (at < json_.size() && json_[at] != '"') {
    if (json_[at] == '\\') {
      escaped = true;
      ++at;
    }
    ++at;
  }
  const std::size_t end = std::min(at, json_.size());
  at = end + 1;
  const std::string_view raw = std::string_view(json_).substr(begin, end - begin);
  return escaped ? std::string_view(unescaped_.emplace_back(unescape(raw))) : raw;
}

const SqlNode* SqlTree::build() {
  struct Open {
    SqlNode* node;
    SqlNode* last;
  };
  std::vector<Open> open;
  std::string_view key;
  SqlNode* root = nullptr;
  for (std::size_t at = 0; at < json_.size();) {
    const char c = json_[at];
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == ',' || c == ':') {
      ++at;
      continue;
    }
    if (c == '}' || c == ']') {
      if (open.empty()) return nullptr;
      open.pop_back();
      ++at;
      continue;
    }
    SqlNode node;
    if (c == '"') {
      node.type = SqlNode::Type::string;
      node.text = take_string(at);
      if (at < json_.size() && json_[at] == ':' && !open.empty() && open.back().node->type == SqlNode::Type::object && key.data() == nullptr) {
        key = node.text.data() == nullptr ? std::string_view("") : node.text;
        continue;
      }
    } else if (c == '{' || c == '[') {
      node.type = c == '{' ? SqlNode::Type::object : SqlNode::Type::array;
      ++at;
    } else {
      const std::size_t end = std::min(json_.find_first_of(",:]} \n", at), json_.size());
      node.type = SqlNode::Type::scalar;
      node.text = std::string_view(json_).substr(at, end - at);
      if (end == at) return nullptr;
      at = end;
    }
    node.key = std::exchange(key, std::string_view());
    if (nodes_.size() == nodes_.capacity() || (open.empty() && root != nullptr)) return nullptr;
    SqlNode* added = &nodes_.emplace_back(node);
    if (open.empty()) {
      root = added;
    } else {
      (open.back().last == nullptr ? open.back().node->child : open.back().last->next) = added;
      open.back().last = added;
    }
    if (added->type == SqlNode::Type::object || added->type == SqlNode::Type::array) open.push_back({added, nullptr});
  }
  return open.empty() ? root : nullptr;
}

ParserOutput run_sql_parser(std::string_view sql) { return run(sql, false); }

ParserOutput run_plpgsql_parser(std::string_view sql) { return run(sql, true); }

// ---- scripts -------------------------------------------------------------------------------------------------------------------

namespace {

/// What stands in the range without the blanks, comments and semicolons before it; nothing when that is all.
void add_statement(std::string_view text, FileId file, std::size_t begin, std::size_t end, std::vector<Span>& statements) {
  while (begin < end) {
    const Lexeme lexeme = scan_lexeme(text, begin);
    if (!is_filler(lexeme.kind) && text[begin] != ';') break;
    begin = lexeme.end;
  }
  if (begin < end) statements.push_back({file, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
}

}  // namespace

std::vector<Span> split_script(std::string_view text, FileId file) {
  const std::string sql(text);
  PgQuerySplitResult result = sql.size() > kLongestText ? pg_query_split_with_scanner(sql.c_str()) : pg_query_split_with_parser(sql.c_str());
  if (result.error != nullptr && sql.size() <= kLongestText) {
    pg_query_free_split_result(result);
    result = pg_query_split_with_scanner(sql.c_str());
  }
  std::vector<Span> statements;
  std::size_t end = 0;
  for (int i = 0; result.error == nullptr && i < result.n_stmts; ++i) {
    const auto begin = static_cast<std::size_t>(result.stmts[i]->stmt_location);
    end = begin + static_cast<std::size_t>(result.stmts[i]->stmt_len);
    add_statement(text, file, begin, end, statements);
  }
  add_statement(text, file, end, text.size(), statements);    // what never came to its end
  pg_query_free_split_result(result);
  return statements;
}

}  // namespace lpc::frontend
