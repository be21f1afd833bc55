// SQL cut into pieces that a reader sees in different colours. It knows words and quotes, no grammar: a piece that gets the wrong colour is no harm.
#pragma once

#include <string_view>
#include <vector>

namespace lpc::plan {

enum class SqlColour : std::uint8_t { plain, keyword, call, string, number, comment };

struct SqlToken {
  SqlColour colour;
  std::string_view text;     ///< of the SQL given; the tokens together are all of it
};

/// Bodies in dollar quotes are cut up as well.
std::vector<SqlToken> sql_tokens(std::string_view sql);

}  // namespace lpc::plan
