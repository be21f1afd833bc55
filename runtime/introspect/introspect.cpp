#include "introspect/introspect.h"

#include <fmt/format.h>

#include "introspect/decode.h"
#include "introspect/dependencies.h"
#include "introspect/macros.h"
#include "introspect/security_labels.h"
#include "kinds/kind.h"
#include "lower/lower.h"

namespace lpc::introspect {

namespace {

// Everything that changes how the server prints expressions and constants, so that equal objects give equal text whoever asks; then what would only cost
// time: compiling the big queries, or workers for catalogs of a few thousand rows. https://www.postgresql.org/docs/15/runtime-config-client.html
constexpr const char* kSettings = R"sql(SELECT pg_catalog.set_config(s.name, s.value, true) FROM (VALUES
  ('search_path', ''), ('DateStyle', 'ISO, MDY'), ('IntervalStyle', 'postgres'), ('TimeZone', 'UTC'), ('extra_float_digits', '1'), ('bytea_output', 'hex'),
  ('quote_all_identifiers', 'off'), ('standard_conforming_strings', 'on'), ('xmlbinary', 'base64'), ('lc_monetary', 'C'),
  ('statement_timeout', '0'), ('jit', 'off'), ('max_parallel_workers_per_gather', '0'), ('work_mem', '65536')) s(name, value))sql";

constexpr const char* kSavepoint = "lockplane_introspect";

/// The newest query of the kind that the server is new enough for.
std::string_view query_for(const kinds::Kind& kind, int server_version) {
  for (const kinds::IntrospectQuery& query : kind.introspect) {
    if (query.from_version <= server_version) return query.sql;
  }
  return {};
}

struct Batch {
  std::vector<pg::Query> queries;
  std::size_t system_catalogs = 0;
  std::size_t candidates = 0;
  std::size_t dependencies = 0;
  std::size_t labels = 0;
  std::vector<std::pair<const kinds::Kind*, std::size_t>> kinds;

  std::size_t add(std::string sql) {
    queries.push_back({std::move(sql), {}});
    return queries.size() - 1;
  }
};

Batch make_batch(const IntrospectOptions& options, int server_version) {
  Batch batch;
  if (options.in_transaction) {
    batch.add(sql("SAVEPOINT {}", ident(kSavepoint)).text);
  } else {
    batch.add("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
  }
  batch.add(kSettings);
  batch.system_catalogs = batch.add(kSystemCatalogQuery);
  for (const kinds::Kind* kind : kinds::all_kinds()) {
    const std::string_view query = query_for(*kind, server_version);
    if (!query.empty()) batch.kinds.emplace_back(kind, batch.add(expand_macros(query)));
  }
  batch.labels = batch.add(kSecurityLabelQuery);
  if (!options.hash_only) {
    batch.dependencies = batch.add(kDependencyQuery);
    batch.candidates = batch.add(expand_macros(kCandidateQuery));
  }
  if (options.in_transaction) {    // going back to the savepoint brings the caller's settings back
    batch.add(sql("ROLLBACK TO SAVEPOINT {}", ident(kSavepoint)).text);
    batch.add(sql("RELEASE SAVEPOINT {}", ident(kSavepoint)).text);
  } else {
    batch.add("COMMIT");
  }
  return batch;
}

Result<std::vector<pg::Rows>> run(pg::Connection& connection, const Batch& batch, const IntrospectOptions& options) {
  auto results = connection.pipeline(batch.queries);
  if (results) return results;
  Failure failure = results.failure();
  const std::size_t at = connection.last_error() ? connection.last_error()->statement : 0;
  for (const auto& [kind, position] : batch.kinds) {
    if (position == at) failure.message += fmt::format(" (reading each {})", kind_name(kind->id));
  }
  if (connection.is_connection_lost()) return failure;
  if (options.in_transaction) {
    (void)connection.execute(sql("ROLLBACK TO SAVEPOINT {}", ident(kSavepoint)));
  } else if (connection.transaction_state() != pg::TransactionState::kIdle) {
    (void)connection.execute("ROLLBACK");
  }
  return failure;
}

void report(const std::vector<Unmodelled>& found, diag::Sink& sink) {
  for (const Unmodelled& object : found) {
    const std::string name = object.schema.empty() ? object.name : ident(object.schema).text + "." + object.name;
    sink.add(diag::make(diag::Code::kUnmodelledObject, {}, object.what, name));
  }
}

}  // namespace

Result<Catalog> introspect(pg::Connection& connection, const IntrospectOptions& options, frontend::FragmentParser& fragments, diag::Sink& sink) {
  const int server_version = connection.server_version_num();
  const Batch batch = make_batch(options, server_version);
  LP_TRY(const std::vector<pg::Rows> rows, run(connection, batch, options));

  CatalogBuilder builder;
  Aliases aliases(rows[batch.system_catalogs]);
  for (const auto& [kind, position] : batch.kinds) LP_DO(decode(*kind, rows[position], server_version, builder, aliases));
  std::vector<Unmodelled> labelled = apply_security_labels(rows[batch.labels], aliases);
  if (!options.hash_only) {
    const Dependencies dependencies(rows[batch.dependencies], aliases);
    dependencies.apply(builder);
    std::vector<Unmodelled> unmodelled = find_unmodelled(rows[batch.candidates], aliases, dependencies);
    unmodelled.insert(unmodelled.end(), std::make_move_iterator(labelled.begin()), std::make_move_iterator(labelled.end()));
    report(unmodelled, sink);
    if (options.unmodelled) *options.unmodelled = std::move(unmodelled);
  }

  const RemovedObjects removed(builder);
  for (const kinds::Kind* kind : kinds::all_kinds()) {
    if (kind->normalise) kind->normalise(builder);
  }
  removed.redirect(builder);
  if (options.identities) *options.identities = aliases.identities(builder);
  if (!options.hash_only) lower::link(builder, fragments, lower::LinkMode::introspected, sink);
  return builder.finish();
}

}  // namespace lpc::introspect
