// What a PL/pgSQL function refers to, read from the parser's account of its body. Best effort: what is put together at run time can't be
// seen, and a body that the parser can't compile without a server is read statement by statement.
#pragma once

#include <string_view>

#include "frontend/sql_fragment_references.h"

namespace lpc::frontend {

/// `definition` is a whole CREATE FUNCTION or CREATE PROCEDURE, `statement` its tree.
void collect_plpgsql(std::string_view definition, const SqlNode* statement, ReferenceCollector& collector);

}  // namespace lpc::frontend
