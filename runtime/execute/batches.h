// Cuts a plan into what commits together, and looks at its statements just closely enough to know how to send them. Knows no database.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "plan/plan.h"

namespace lpc::execute {

/// Neighbouring steps that share a transaction, or one step outside a transaction.
struct Batch {
  int number = 1;                ///< 1, 2, …
  std::size_t first = 0;         ///< positions in Plan::steps
  std::size_t count = 0;
  bool transactional = true;
};

std::vector<Batch> cut_into_batches(const std::vector<plan::Step>& steps);

/// Whether the text can go through the extended protocol, and so through a pipeline: that takes one statement, and no COPY.
/// https://www.postgresql.org/docs/15/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
bool fits_pipeline(std::string_view sql);

/// True for CREATE INDEX CONCURRENTLY and its like.
bool is_concurrent(std::string_view sql);

/// LP5003 for a statement that would end or begin a transaction (the executor does that, and the ledger depends on it), or that lacks a password that
/// the ledger doesn't keep.
Status check_statements(const std::vector<plan::Step>& steps);

}  // namespace lpc::execute
