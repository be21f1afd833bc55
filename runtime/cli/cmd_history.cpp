// lpc history, lpc status: what the ledger tells.
#include <fmt/format.h>

#include "cli/command.h"
#include "ledger/ledger.h"

namespace lpc::cli {

namespace {

void field(std::string& out, std::string_view name, std::string_view text, bool first = false) {
  out += first ? "" : ",";
  append_json_string(out, name);
  out += ':';
  append_json_string(out, text);
}

std::string receipt_json(const ledger::Receipt& receipt) {
  std::string out = fmt::format("{{\"run\":{},\"step\":{},\"sql\":[", receipt.run, receipt.step);
  for (std::size_t i = 0; i < receipt.sql.size(); ++i) {
    if (i) out += ',';
    append_json_string(out, receipt.sql[i]);
  }
  out += ']';
  field(out, "started_at", receipt.started_at);
  field(out, "finished_at", receipt.finished_at);
  out += fmt::format(",\"duration_ms\":{},\"attempts\":{},\"lock_wait_ms\":{},\"rows\":{}", receipt.duration_ms, receipt.attempts, receipt.lock_wait_ms, receipt.rows);
  field(out, "resulting_hash", receipt.resulting_hash);
  if (!receipt.error.empty()) field(out, "error", receipt.error);
  return out + "}";
}

std::string entry_json(const ledger::Entry& entry) {
  std::string out = fmt::format("{{\"run\":{}", entry.run);
  field(out, "kind", entry.kind);
  field(out, "state", entry.state);
  field(out, "plan_hash", entry.plan_hash);
  field(out, "source_hash", entry.source_hash);
  field(out, "target_hash", entry.target_hash);
  field(out, "resulting_hash", entry.resulting_hash);
  field(out, "actor", entry.actor);
  field(out, "role", entry.server_role);
  field(out, "started_at", entry.started_at);
  field(out, "finished_at", entry.finished_at);
  if (entry.rolls_back) out += fmt::format(",\"rolls_back\":{}", entry.rolls_back);
  field(out, "entry_hash", entry.entry_hash);
  out += ",\"receipts\":[";
  for (std::size_t i = 0; i < entry.receipts.size(); ++i) out += (i ? "," : "") + receipt_json(entry.receipts[i]);
  return out + "]}";
}

std::string entry_text(const ledger::Entry& entry) {
  double total = 0;
  for (const ledger::Receipt& receipt : entry.receipts) total += receipt.duration_ms;
  std::string what = entry.kind == "rollback" ? fmt::format("rollback of run {}", entry.rolls_back) : entry.kind;
  return fmt::format("run {:<4} {:<20} {:<12} {}  {} in {:.0f} ms  by {}  plan {}\n", entry.run, what, entry.state, entry.finished_at,
                     counted(entry.receipts.size(), "step"), total, entry.actor, entry.plan_hash.substr(0, 19));
}

Status history(Context& context) {
  LP_TRY(pg::Connection * target, context.target());
  LP_TRY(const std::vector<ledger::Entry> entries, ledger::read(*target));
  if (context.options.json) {
    std::string out = "{\"version\":1,\"runs\":[";
    for (std::size_t i = 0; i < entries.size(); ++i) out += (i ? ",\n" : "\n") + entry_json(entries[i]);
    context.out(out + "\n]}\n");
    return ok();
  }
  if (entries.empty()) context.out("Nothing has been applied to this database yet.\n");
  for (const ledger::Entry& entry : entries) context.out(entry_text(entry));
  return ok();
}

/// The run under way, if any, without waiting for it; else the last one.
Status status(Context& context) {
  LP_TRY(pg::Connection * target, context.target());
  LP_TRY(const std::optional<ledger::Holder> holder, ledger::current_run(*target));
  LP_TRY(const std::vector<ledger::Entry> entries, ledger::read(*target));
  if (context.options.json) {
    std::string out = "{\"running\":";
    if (holder) {
      out += fmt::format("{{\"pid\":{}", holder->pid);
      field(out, "user", holder->user);
      field(out, "since", holder->since);
      field(out, "query", holder->query);
      out += '}';
    } else {
      out += "null";
    }
    out += ",\"last\":" + (entries.empty() ? std::string("null") : entry_json(entries.back())) + "}\n";
    context.out(out);
    return ok();
  }
  if (holder) {
    context.out(fmt::format("A run is under way: pid {}, user {}, since {}: {}\n", holder->pid, holder->user, holder->since, holder->query));
  } else {
    context.out("No run is under way.\n");
  }
  context.out(entries.empty() ? "Nothing has been applied to this database yet.\n" : "Last: " + entry_text(entries.back()));
  return ok();
}

}  // namespace

void add_history(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("history", "what was applied to the database, by whom and when");
  add_connection_options(*command, context);
  add_json_option(*command, context);
  command->footer("Example:\n  lpc history --url postgres://localhost/shop");
  command->callback([&context] {
    if (const Status done = history(context); !done) context.fail(done.failure());
  });
}

void add_status(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("status", "the run under way, or the last one");
  add_connection_options(*command, context);
  add_json_option(*command, context);
  command->footer("Example:\n  lpc status --url postgres://localhost/shop");
  command->callback([&context] {
    if (const Status done = status(context); !done) context.fail(done.failure());
  });
}

}  // namespace lpc::cli
