// Looks at a plan's statements just closely enough to know how to send them. Knows no database.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "plan/batches.h"

namespace lpc::execute {

using plan::Batch;
using plan::cut_into_batches;

/// Whether the text can go through the extended protocol, and so through a pipeline: that takes one statement, and no COPY.
/// https://www.postgresql.org/docs/15/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
bool fits_pipeline(std::string_view sql);

/// True for CREATE INDEX CONCURRENTLY and its like.
bool is_concurrent(std::string_view sql);

/// LP5003 for a statement that would end or begin a transaction (the executor does that, and the ledger depends on it), or that lacks a password that
/// the ledger doesn't keep.
Status check_statements(const std::vector<plan::Step>& steps);

}  // namespace lpc::execute
