// The one door to libpg_query: SQL text in, the parser's tree or its error out. The tree is the JSON that the library writes, kept as
// nodes that point into that text. Knows nothing of fragments. Names of fields: /usr/include/pg_query/pg_query.proto.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace lpc::frontend {

/// A value of the parser's tree. Fields that are zero, false, empty or NULL aren't there at all.
struct SqlNode {
  enum class Type : std::uint8_t { null, scalar, string, array, object };

  Type type = Type::null;
  std::string_view key;             ///< the field's name when the node is a member of an object
  std::string_view text;            ///< of a string (escapes resolved) or of a number, true, false
  const SqlNode* child = nullptr;  ///< first element or member
  const SqlNode* next = nullptr;   ///< next sibling

  std::size_t size() const;
};

/// The member of that name, or null. All of these take null and then find nothing.
const SqlNode* member(const SqlNode* node, std::string_view key);
/// The first entry of a list; nothing when there is no list, or none in it.
inline const SqlNode* first(const SqlNode* list) { return list == nullptr ? nullptr : list->child; }
/// Follows members: `member(node, {"A_Const", "sval", "sval"})`.
const SqlNode* member(const SqlNode* node, std::initializer_list<std::string_view> path);
/// The text of a string or scalar member, or "".
std::string_view text_of(const SqlNode* node, std::string_view key);
bool is_true(const SqlNode* node, std::string_view key);
/// A whole number member; `fallback` when it isn't there.
long long number_of(const SqlNode* node, std::string_view key, long long fallback = 0);
/// The strings of a list of String nodes; A_Star gives "*".
std::vector<std::string> strings_of(const SqlNode* list);

class SqlTree {
 public:
  /// `json` is what libpg_query wrote.
  explicit SqlTree(std::string json);
  SqlTree(const SqlTree&) = delete;
  SqlTree& operator=(const SqlTree&) = delete;

  /// Null when the text isn't JSON.
  const SqlNode* root() const { return root_; }

 private:
  std::string_view take_string(std::size_t& at);
  const SqlNode* build();

  std::string json_;
  std::vector<SqlNode> nodes_;         ///< reserved once, so that pointers stay good
  std::deque<std::string> unescaped_;
  const SqlNode* root_ = nullptr;
};

struct ParserOutput {
  std::string json;
  std::string error;          ///< empty when the text was accepted
  std::uint32_t offset = 0;   ///< of the error, in bytes
};

/// Statements, as `{"version":…,"stmts":[{"stmt":{…},"stmt_location":…,"stmt_len":…}]}`. Locations in the tree are byte offsets.
ParserOutput run_sql_parser(std::string_view sql);
/// The PL/pgSQL functions that CREATE FUNCTION statements define.
ParserOutput run_plpgsql_parser(std::string_view sql);

}  // namespace lpc::frontend
