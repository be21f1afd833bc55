// The numbers of a sequence: a sequence has them among its attributes, an identity column in its map. What Postgres would choose by itself is left out, by
// the rules of init_params() in src/backend/commands/sequence.c. Knows neither kind.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kinds/kind.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"

namespace lpc::kinds {

struct SequenceOptions {
  std::optional<std::int64_t> start, increment, minvalue, maxvalue, cache;
  bool cycle = false;
  friend bool operator==(const SequenceOptions&, const SequenceOptions&) = default;
};

/// `type` is "smallint", "integer" or "bigint" ("" is bigint).
std::int64_t effective_increment(const SequenceOptions& options);
std::int64_t effective_minvalue(const SequenceOptions& options, std::string_view type);
std::int64_t effective_maxvalue(const SequenceOptions& options, std::string_view type);
std::int64_t effective_start(const SequenceOptions& options, std::string_view type);

SequenceOptions sequence_options(const Attributes& attributes);
SequenceOptions sequence_options(const Value& map);
/// Without what is the default anyway.
SequenceOptions minimal(SequenceOptions options, std::string_view type);
/// The entries for attributes or a map.
Map entries(const SequenceOptions& options);

/// From the clauses of a declaration; mistakes are reported.
SequenceOptions lower_sequence_options(const std::vector<ast::Clause>& clauses, std::string_view type, LowerContext& context);

/// The clauses of CREATE SEQUENCE: `START WITH 1000`, `CACHE 10`.
std::vector<Sql> option_clauses(const SequenceOptions& options);
/// The clauses of ALTER SEQUENCE that lead from one to the other, given both types.
std::vector<Sql> option_changes(const SequenceOptions& before, std::string_view before_type, const SequenceOptions& after, std::string_view after_type);
void print_sequence_options(const SequenceOptions& options, LpWriter& writer);

/// The SQL expression `alias` columns of pg_sequence as JSON entries, to be used inside json_build_object: see the queries of sequence and column.
#define LPC_SEQUENCE_MIN(s) "(case " s ".seqtypid when 21 then -32768 when 23 then -2147483648 else -9223372036854775808 end)"
#define LPC_SEQUENCE_MAX(s) "(case " s ".seqtypid when 21 then 32767 when 23 then 2147483647 else 9223372036854775807 end)"
#define LPC_SEQUENCE_SAID(s, column, value_if_up, value_if_down) \
  "case when " s "." column " <> case when " s ".seqincrement > 0 then " value_if_up " else " value_if_down " end then " s "." column " end"
#define LPC_SEQUENCE_START(s) LPC_SEQUENCE_SAID(s, "seqstart", s ".seqmin", s ".seqmax")
#define LPC_SEQUENCE_INCREMENT(s) "nullif(" s ".seqincrement, 1)"
#define LPC_SEQUENCE_MINVALUE(s) LPC_SEQUENCE_SAID(s, "seqmin", "1", LPC_SEQUENCE_MIN(s))
#define LPC_SEQUENCE_MAXVALUE(s) LPC_SEQUENCE_SAID(s, "seqmax", LPC_SEQUENCE_MAX(s), "-1")
#define LPC_SEQUENCE_CACHE(s) "nullif(" s ".seqcache, 1)"

}  // namespace lpc::kinds
