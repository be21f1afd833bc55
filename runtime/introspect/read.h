// The first half of introspection: the rows of every kind's query, all of one snapshot. Knows the kinds' queries, and nothing of what their columns mean.
#pragma once

#include <functional>

#include "base/result.h"
#include "kinds/kind.h"
#include "pg/connection.h"

namespace lpc::introspect {

struct ReadOptions {
  bool in_transaction = false;    ///< as in IntrospectOptions
  bool hash_only = false;         ///< as in IntrospectOptions: no dependencies and candidates
  bool again = false;             ///< as in IntrospectOptions: the queries are prepared statements of the session
};

struct Reading {
  pg::Rows system_catalogs;
  pg::Rows dependencies;          ///< of kDependencyQuery
  pg::Rows candidates;            ///< of candidate_query()
  pg::Rows labels;                ///< of kSecurityLabelQuery
};

/// Called with the rows of each kind's query (`detail` is null) and of each of its details as soon as they are there, from the thread of the session that they
/// came over. Nobody else keeps them: what a big database's rows took serves the next ones.
using OnKind = std::function<void(const kinds::Kind&, const kinds::DetailQuery* detail, const pg::Rows&)>;

/// Runs the queries in pipelines, in one REPEATABLE READ, READ ONLY transaction, or under a savepoint of the caller's. A database of some size is read over two sessions that
/// share one snapshot, when the server lets the user have a second one.
Result<Reading> read(pg::Connection& connection, const ReadOptions& options, const OnKind& on_kind);

}  // namespace lpc::introspect
