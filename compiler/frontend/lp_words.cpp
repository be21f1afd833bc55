// Which names must be quoted in .lp.
#include "base/sql.h"
#include "frontend/lex.h"
#include "frontend/parse.h"

namespace lpc::frontend {
namespace {

/// The same characters as quote_identifier() in the server lets stand.
bool is_plain(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name) {
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_') return false;
  }
  return true;
}

}  // namespace

bool needs_quotes_in_lp(std::string_view name) {
  if (!is_plain(name) || needs_quotes(name)) return true;
  const std::uint16_t type = word_type(name);
  return type != T_SOFT_WORD && !is_soft(type);
}

}  // namespace lpc::frontend
