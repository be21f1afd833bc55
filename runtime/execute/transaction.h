// What the transactions begin with that change the target. https://www.postgresql.org/docs/15/runtime-config-client.html
#pragma once

namespace lpc::execute {

/// Under a stricter level a rewrite of a table could lose rows that its snapshot doesn't see. https://www.postgresql.org/docs/15/mvcc-caveats.html
inline constexpr const char* kBeginTransaction = "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE";

/// Expression: waits for $1 milliseconds, or for less than the server's deadlock_timeout: when others take the same relations in another order, this transaction gives up, and none
/// of theirs is the deadlock's victim. https://www.postgresql.org/docs/15/runtime-config-locks.html
#define LPC_SHORT_LOCK_TIMEOUT \
  "pg_catalog.set_config('lock_timeout', LEAST($1::bigint, (0.8 * 1000 * extract(epoch FROM pg_catalog.current_setting('deadlock_timeout')::interval))::bigint)::text, true)"

/// transaction_timeout is there from 17 on.
inline constexpr const char* kNoOtherTimeouts =
    "SELECT pg_catalog.set_config(name, '0', true) FROM pg_catalog.pg_settings WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')";

}  // namespace lpc::execute
