// lpc introspect, lpc pull: a catalog as JSON, or as .lp or SQL.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/command.h"
#include "cli/files.h"
#include "cli/source.h"
#include "driver/print.h"

namespace lpc::cli {

namespace {

struct IntrospectOptions {
  std::vector<std::string> sources;
  std::vector<std::string> schemas;
  std::string output;
  std::string split = "file";
  std::string format = "lp";
  bool hash = false;
  bool allow_unmodelled = false;
};

/// The database itself is shown when something besides its owner is said of it, or of Postgres's own objects in it.
void show_database(Loaded& loaded) {
  for (const Object& object : loaded.catalog.objects()) {
    const bool is_plain = loaded.catalog.children(object.id).empty() && std::all_of(object.attributes.begin(), object.attributes.end(), [](const auto& entry) { return entry.first == "owner"; });
    if (object.id.kind == KindId::Database && !is_plain) loaded.scope.declared.push_back(object.id);
  }
  std::sort(loaded.scope.declared.begin(), loaded.scope.declared.end());
  loaded.scope.declared.erase(std::unique(loaded.scope.declared.begin(), loaded.scope.declared.end()), loaded.scope.declared.end());
}

/// The source given, or the target database; only the schemas named, when some are.
Result<Loaded> load_any(const IntrospectOptions& options, Context& context) {
  Loaded loaded;
  if (options.sources.empty()) {
    LP_TRY(pg::Connection * target, context.target());
    LP_TRY(loaded, load_database(*target, context));
  } else {
    LP_TRY(loaded, load_canonical(options.sources, nullptr, 0, context));
  }
  if (options.schemas.empty()) show_database(loaded);
  if (!options.schemas.empty()) {
    loaded.scope.schemas = options.schemas;
    std::sort(loaded.scope.schemas.begin(), loaded.scope.schemas.end());
  }
  loaded.catalog = plan::restrict(std::move(loaded.catalog), loaded.scope);      // the server's other roles are no part of the database
  return loaded;
}

void introspect(const IntrospectOptions& options, Context& context) {
  const Result<Loaded> loaded = load_any(options, context);
  if (!loaded) {
    context.fail(loaded.failure());
    return;
  }
  context.show_diagnostics();
  const std::string text = options.hash ? catalog_hash(loaded->catalog) + "\n" : catalog_to_json(loaded->catalog, true);
  if (options.output.empty()) {
    context.out(text);
  } else if (const Status written = write_file(options.output, text); !written) {
    context.fail(written.failure());
  }
}

bool has_unmodelled(const Context& context) {
  return std::any_of(context.sink.all().begin(), context.sink.all().end(),
                     [](const diag::Diagnostic& diagnostic) { return diagnostic.code == diag::Code::kUnmodelledObject; });
}

/// One file as it is; several under a folder, which is made.
Status write_all(const std::map<std::string, std::string>& files, const IntrospectOptions& options, Context& context) {
  if (options.split == "file" || options.output.empty()) {
    std::string text;
    for (const auto& [name, part] : files) text += part;
    if (options.output.empty()) {
      context.out(text);
      return ok();
    }
    std::error_code error;
    const bool folder = std::filesystem::is_directory(options.output, error);
    return write_file(folder ? options.output + "/schema." + options.format : options.output, text);
  }
  for (const auto& [name, part] : files) {
    const std::filesystem::path path = std::filesystem::path(options.output) / name;
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    if (error) return Failure{"LP7011", fmt::format("can't make the folder `{}`: {}", path.parent_path().string(), error.message()), "", ""};
    LP_DO(write_file(path.string(), part));
  }
  context.say(fmt::format("{} files written to {}", files.size(), options.output));
  return ok();
}

Status pull(const IntrospectOptions& options, Context& context) {
  LP_TRY(const Loaded loaded, load_any(options, context));
  context.show_diagnostics();
  if (has_unmodelled(context) && !options.allow_unmodelled) {
    return Failure{"LP5014", "the database holds objects that this version of lpc can't represent (named above), so what it would print is not the whole database",
                   "pass --allow-unmodelled to print the rest", ""};
  }
  if (options.format == "sql") {
    LP_TRY(std::string sql, driver::print_sql(loaded.catalog, loaded.canonical, loaded.server_version ? loaded.server_version : 150000, context.sink));
    return write_all({{"schema.sql", std::move(sql)}}, options, context);
  }
  const driver::Split split = options.split == "object" ? driver::Split::object : options.split == "schema" ? driver::Split::schema : driver::Split::file;
  return write_all(driver::print_lp(loaded.catalog, split), options, context);
}

}  // namespace

void add_introspect(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("introspect", "the catalog of a database (or any source) as JSON");
  auto options = std::make_shared<IntrospectOptions>();
  add_sources(*command, options->sources);
  command->add_option("--schema", options->schemas, "only this schema; may be given several times")->allow_extra_args(false);
  command->add_flag("--hash", options->hash, "print only the catalog's hash");
  command->add_option("-o,--output", options->output, "file to write")->type_name("FILE");
  add_connection_options(*command, context);
  add_json_option(*command, context);
  command->footer("Example:\n  DATABASE_URL=postgres://localhost/shop lpc introspect > catalog.json");
  command->callback([&context, options] { introspect(*options, context); });
}

void add_pull(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("pull", "print a database (or any source) as .lp");
  auto options = std::make_shared<IntrospectOptions>();
  add_sources(*command, options->sources);
  command->add_option("--schema", options->schemas, "only this schema; may be given several times")->allow_extra_args(false);
  command->add_option("-o,--output", options->output, "file to write, or folder with --split")->type_name("PATH");
  command->add_option("--split", options->split, "one file, a file per schema, or a file per object")->check(CLI::IsMember({"file", "schema", "object"}));
  command->add_option("--format", options->format, "lp or sql")->check(CLI::IsMember({"lp", "sql"}));
  command->add_flag("--allow-unmodelled", options->allow_unmodelled, "print the rest when the database holds objects that lpc can't represent");
  add_connection_options(*command, context);
  command->footer("Example:\n  lpc pull postgres://localhost/shop -o schema.lp");
  command->callback([&context, options] {
    if (const Status done = pull(*options, context); !done) context.fail(done.failure());
  });
}

}  // namespace lpc::cli
