// lpc diff, lpc drift: what differs, for people and as JSON.
#include <fmt/format.h>

#include "cli/planning.h"
#include "cli/reports.h"
#include "ledger/ledger.h"
#include "plan/diff.h"
#include "plan/plan_json.h"
#include "plan/render_diff.h"
#include "plan/respelling.h"
#include "shadow/materialise.h"

namespace lpc::cli {

namespace {

void append_value(std::string& out, const Value* value) {
  if (value) {
    append_json(out, *value);
  } else {
    out += "null";
  }
}

std::string as_json(const std::vector<Delta>& deltas) {
  std::string out = "{\"version\":1,\"differences\":[";
  bool first = true;
  for (const Delta& delta : deltas) {
    static constexpr std::string_view kTypes[] = {"created", "dropped", "changed"};
    out += fmt::format("{}\n{{\"id\":", first ? "" : ",");
    first = false;
    append_json_string(out, (delta.after ? delta.after : delta.before)->id.text());
    out += fmt::format(",\"type\":\"{}\"", kTypes[static_cast<int>(delta.type)]);
    if (delta.type == DeltaType::changed) {
      out += ",\"attributes\":{";
      for (std::size_t i = 0; i < delta.attributes.size(); ++i) {
        if (i) out += ',';
        append_json_string(out, delta.attributes[i].name);
        out += ":{\"before\":";
        append_value(out, delta.attributes[i].before);
        out += ",\"after\":";
        append_value(out, delta.attributes[i].after);
        out += '}';
      }
      out += '}';
    }
    out += '}';
  }
  return out + "\n]}\n";
}

struct DiffOptions {
  std::string from, to;
  bool exit_code = false;
  std::vector<std::string> manage;
};

void show(const std::vector<Delta>& deltas, const Catalog& before, const Catalog& after, const DiffOptions& options, Context& context) {
  if (context.options.json) {
    context.out(as_json(deltas));
  } else {
    const plan::TextOptions how = text_options(context);
    context.out(plan::render_diff(deltas, before, after, {how.colour, how.utf8, how.width}));
  }
  if (options.exit_code && !deltas.empty()) context.exit = Exit::differences;
}

/// SQL that differs may mean the same in other words: what a server makes of both tells. A text that can't be built stays as it is.
Result<std::pair<Catalog, Catalog>> in_one_servers_words(const Loaded& from, const Catalog& target, const std::vector<ObjectId>& ids, Context& context) {
  LP_TRY(shadow::ShadowServer * server, context.shadow(from.server_version));
  const auto settled = [&](const Catalog& catalog) {
    diag::Sink unsaid;
    const Result<Catalog> words = shadow::settle(*server, plan::with_needs(catalog, ids), context.fragments, unsaid);
    return words ? plan::with_words(catalog, ids, *words) : catalog;
  };
  return std::pair(settled(from.catalog), settled(target));
}

Status diff(const DiffOptions& options, Context& context) {
  LP_TRY(Loaded to, load_canonical({options.to}, nullptr, 0, context));
  LP_TRY(Loaded from, load_canonical({options.from}, &to.catalog, to.server_version, context));
  const plan::Scope managed_then = plan::with_claims(to.scope, from.catalog, to.catalog), managed_now = plan::with_claims(from.scope, to.catalog, from.catalog);
  from.catalog = plan::without_external_partitions(std::move(from.catalog), managed_then);
  to.catalog = plan::without_external_partitions(std::move(to.catalog), managed_now);
  context.show_diagnostics();
  const Catalog target = plan::reconcile(from.catalog, to.catalog, "", to.server_version, context.sink);
  context.show_diagnostics();
  const std::vector<Delta> deltas = plan::diff(from.catalog, target);
  const std::vector<ObjectId> ids = plan::maybe_spelled_differently(deltas);
  if (ids.empty()) {
    show(deltas, from.catalog, target, options, context);
  } else {
    LP_TRY(const auto words, in_one_servers_words(from, target, ids, context));
    show(plan::diff(words.first, words.second), words.first, words.second, options, context);
  }
  return ok();
}

/// Whether the live catalog is what the last run left: by hash, without building anything.
Status drift(const DiffOptions& options, Context& context) {
  LP_TRY(pg::Connection * target, context.target());
  LP_TRY(const std::vector<ledger::Entry> entries, ledger::read(*target));
  if (entries.empty()) return Failure{"LP6030", "the ledger of this database is empty: lpc has applied nothing here yet", "see `lpc history`", ""};
  const ledger::Entry& last = entries.back();
  LP_TRY(const plan::Plan plan, plan::from_json(last.plan));
  LP_TRY(const Loaded live, load_database(*target, context));
  const std::string hash = catalog_hash(plan::restrict(live.catalog, plan::scope_of(plan)));
  const bool same = hash == last.resulting_hash;
  if (context.options.json) {
    context.out(fmt::format("{{\"drift\":{},\"run\":{},\"expected\":\"{}\",\"found\":\"{}\"}}\n", same ? "false" : "true", last.run, last.resulting_hash, hash));
  } else if (same) {
    context.out(fmt::format("No drift: the database is what run {} left.\n", last.run));
  } else {
    context.out(fmt::format("Drift: run {} left {}, the database is at {}.\nSee what differs from your sources: lpc diff postgres://… schema.lp\n", last.run, last.resulting_hash, hash));
  }
  if (!same && options.exit_code) context.exit = Exit::differences;
  return ok();
}

}  // namespace

void add_diff(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("diff", "what differs between two catalogs");
  auto options = std::make_shared<DiffOptions>();
  command->add_option("from", options->from, "a catalog source")->required()->type_name("FROM");
  command->add_option("to", options->to, "a catalog source")->required()->type_name("TO");
  command->add_flag("--exit-code", options->exit_code, "end with 3 when something differs");
  add_connection_options(*command, context);
  add_json_option(*command, context);
  command->footer("Example:\n  lpc diff git:main:schema.lp schema.lp");
  command->callback([&context, options] {
    if (const Status done = diff(*options, context); !done) context.fail(done.failure());
  });
}

void add_drift(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("drift", "whether the live catalog is what the ledger says");
  auto options = std::make_shared<DiffOptions>();
  command->add_flag("--exit-code", options->exit_code, "end with 3 when it isn't");
  add_connection_options(*command, context);
  add_json_option(*command, context);
  command->footer("Example:\n  lpc drift --url postgres://localhost/shop --exit-code");
  command->callback([&context, options] {
    if (const Status done = drift(*options, context); !done) context.fail(done.failure());
  });
}

}  // namespace lpc::cli
