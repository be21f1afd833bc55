// lpc purge: the end of what plans dropped and kept in the target.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/sql.h"
#include "base/text.h"
#include "cli/planning.h"
#include "diag/sink.h"
#include "diag/snippet.h"
#include "execute/purge.h"
#include "kinds/kept_rows.h"

namespace lpc::cli {

namespace {

using execute::KeptObject;

struct PurgeOptions {
  std::vector<std::string> names;
  std::string plan;
  bool yes = false;
  bool dry_run = false;
  int lock_timeout_ms = 2000;
  int max_attempts = 20;
};

/// As pg_size_pretty() writes it: the next unit from ten of them on, rounded. https://www.postgresql.org/docs/15/functions-admin.html
std::string pretty_size(long long bytes) {
  constexpr long long kUnit = 1024, kMost = 10 * kUnit;
  constexpr std::array<const char*, 5> kUnits{"kB", "MB", "GB", "TB", "PB"};
  if (bytes < kMost) return fmt::format("{} bytes", bytes);
  long long twice = bytes / (kUnit / 2);    // of the unit, so that halves can be rounded
  std::size_t unit = 0;
  while (twice >= 2 * kMost - 1 && unit + 1 < kUnits.size()) {
    twice /= kUnit;
    ++unit;
  }
  return fmt::format("{} {}", (twice + 1) / 2, kUnits[unit]);
}

long long bytes_of(const std::vector<KeptObject>& objects) {
  long long bytes = 0;
  for (const KeptObject& one : objects) bytes += one.bytes;
  return bytes;
}

/// Columns as wide as their widest cell; the last one isn't filled up.
std::string table_of(const std::vector<std::array<std::string, 5>>& lines) {
  std::array<std::size_t, 5> widths{};
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], diag::count_cells(line[i]));
  }
  std::string out;
  for (const auto& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (widths[i] > 0) text += "  " + line[i] + std::string(widths[i] - diag::count_cells(line[i]), ' ');
    }
    out += text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

/// A name may hold line ends, too.
std::string in_one_line(std::string_view text) {
  std::string line = diag::printable(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

std::string list_text(const std::vector<KeptObject>& objects) {
  std::vector<std::array<std::string, 5>> lines;
  for (const KeptObject& one : objects) {
    lines.push_back({in_one_line(one.object.text()), "as " + in_one_line(ident(one.name).text), "plan " + one.plan,
                     one.rows ? fmt::format("about {}", counted(static_cast<std::size_t>(*one.rows), "row")) : std::string(), pretty_size(one.bytes)});
  }
  return fmt::format("Kept in schema {}: {}, {}\n\n{}\n", kinds::kTrash, counted(objects.size(), "object"), pretty_size(bytes_of(objects)), table_of(lines));
}

std::string list_json(const std::vector<KeptObject>& objects) {
  std::string out = "{\"version\":1,\"kept\":[";
  for (const KeptObject& one : objects) {
    out += &one == objects.data() ? "\n{\"object\":" : ",\n{\"object\":";
    append_json_string(out, one.object.text());
    out += ",\"name\":";
    append_json_string(out, one.name);
    out += fmt::format(",\"type\":\"{}\",\"plan\":\"{}\"", one.is_sequence ? "sequence" : "table", one.plan);
    if (one.rows) out += fmt::format(",\"rows\":{}", *one.rows);
    out += fmt::format(",\"bytes\":{}}}", one.bytes);
  }
  return out + "\n]}\n";
}

/// Each way to call it: `shop.users`, `table shop.users`, or its own name in the schema, as it is or as SQL has it.
std::vector<std::string> names_of(const KeptObject& kept) {
  return {kept.object.path(), kept.object.text(), kept.name, ident(kept.name).text, qualified(kinds::kTrash, kept.name).text};
}

/// The digits may be fewer than are kept, or more, as `lpc history` shows them.
bool is_of_plan(const KeptObject& kept, std::string_view digits) { return kept.plan.starts_with(digits) || digits.starts_with(kept.plan); }

Failure nothing_kept(const std::string& what, const std::string& wanted, const std::vector<std::string>& names) {
  const auto near = nearest(wanted, names);
  return {"LP7016", diag::make(diag::Code::kNotKept, {}, what).message, near ? fmt::format("did you mean `{}`?", *near) : "", ""};
}

/// What the command line names, or everything. LP7016 when a name or the plan fits nothing.
Result<std::vector<KeptObject>> choose(std::vector<KeptObject> all, const PurgeOptions& options) {
  if (!options.plan.empty()) {
    std::string digits = to_lower_ascii(options.plan);
    if (digits.starts_with("sha256:")) digits.erase(0, std::string_view("sha256:").size());
    std::vector<std::string> plans;
    for (const KeptObject& one : all) plans.push_back(one.plan);
    std::erase_if(all, [&digits](const KeptObject& one) { return digits.empty() || !is_of_plan(one, digits); });
    if (all.empty()) return nothing_kept(fmt::format("is of plan `{}`", options.plan), digits, plans);
  }
  if (options.names.empty()) return all;
  std::vector<KeptObject> chosen;
  for (const std::string& name : options.names) {
    std::vector<std::string> known;
    bool found = false;
    for (const KeptObject& one : all) {
      const std::vector<std::string> names = names_of(one);
      known.insert(known.end(), names.begin(), names.end());
      if (std::find(names.begin(), names.end(), name) == names.end()) continue;
      found = true;
      chosen.push_back(one);
    }
    if (!found) return nothing_kept(fmt::format("is called `{}`{}", name, options.plan.empty() ? "" : fmt::format(" and of plan `{}`", options.plan)), name, known);
  }
  return chosen;
}

void say_what_was_done(const std::vector<KeptObject>& objects, const execute::PurgeResult& result, const Context& context) {
  std::vector<std::string> plans;
  for (const KeptObject& one : objects) plans.push_back(one.plan);
  std::sort(plans.begin(), plans.end());
  plans.erase(std::unique(plans.begin(), plans.end()), plans.end());
  context.say(fmt::format("Done: dropped {}, {}.", counted(objects.size(), "kept object"), pretty_size(bytes_of(objects))));
  context.say(fmt::format("A rollback of plan{} {} no longer brings back what they held.", plans.size() == 1 ? "" : "s", join(plans, ", ")));
  if (result.dropped_schema) context.say(fmt::format("Schema {} was empty then: dropped, too.", kinds::kTrash));
  if (!result.schema_owner.empty()) context.say(fmt::format("Schema {} is empty and stays: only its owner {} may drop it.", kinds::kTrash, in_one_line(result.schema_owner)));
}

Status purge(const PurgeOptions& options, Context& context) {
  LP_TRY(pg::Connection * target, context.target());
  LP_TRY(const std::vector<KeptObject> all, execute::read_kept(*target, options.lock_timeout_ms));
  LP_TRY(const std::vector<KeptObject> chosen, choose(all, options));
  LP_TRY(const std::vector<KeptObject> objects, execute::with_what_they_take(chosen, all));
  if (context.options.json) {
    context.out(list_json(objects));
  } else {
    context.out(objects.empty() ? "Nothing is kept in this database.\n" : list_text(objects));
  }
  if (objects.empty()) return ok();
  if (options.dry_run) {
    context.say("Dry run: nothing was changed.");
    return ok();
  }
  LP_DO(confirm(fmt::format("Drop {} for good in database `{}` on {}", counted(objects.size(), "kept object"), target->database(), target->host()), options.yes, context));
  execute::PurgeOptions how{options.lock_timeout_ms, options.max_attempts, &interrupted(), [&context](const std::string& line) { context.say(line); }};
  LP_TRY(const execute::PurgeResult result, execute::purge(*target, objects, how));
  say_what_was_done(objects, result, context);
  return ok();
}

}  // namespace

void add_purge(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("purge", "drop what plans have dropped and kept (by default all of it)");
  auto options = std::make_shared<PurgeOptions>();
  const auto not_empty = [](const std::string& digits) { return digits.empty() ? "needs digits" : ""; };    // a script's unset variable must not mean everything
  command->add_option("name", options->names, "what was dropped, or its name in schema lockplane_trash; default: everything")->type_name("NAME");
  command->add_option("--plan", options->plan, "only what this plan has dropped: the first digits of its hash")->type_name("DIGITS")->check(not_empty);
  add_connection_options(*command, context);
  command->add_flag("-y,--yes", options->yes, "don't ask");
  command->add_flag("--dry-run", options->dry_run, "show what is kept and stop");
  command->add_option("--lock-timeout", options->lock_timeout_ms, "milliseconds to wait for a lock, each attempt")->check(CLI::Range(1, 3600000));
  command->add_option("--attempts", options->max_attempts, "attempts when locks don't come")->check(CLI::Range(1, 1000));
  add_json_option(*command, context);
  command->footer("Example:\n  lpc purge shop.users --url postgres://localhost/shop");
  command->callback([&context, options] {
    if (const Status done = purge(*options, context); !done) context.fail(done.failure());
  });
}

}  // namespace lpc::cli
