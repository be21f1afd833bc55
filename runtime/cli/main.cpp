// lpc: parses the command line, wires everything, gives the exit code.
#include <fmt/format.h>

#include <cstdlib>
#include <exception>
#include <new>

#include "cli/command.h"

/// Read by jemalloc when it starts, if lpc is linked with it (see "malloc_conf" in its manual): lpc fills its memory once and ends, so giving memory back early only costs time.
/// Pages of 2 MB (thp:always) would save page faults, but a virtual machine's kernel has to clear pages that its host must find first: measured, that takes longer.
extern "C" const char* malloc_conf;
const char* malloc_conf = "narenas:1,dirty_decay_ms:-1,muzzy_decay_ms:-1";

namespace lpc::cli {

CLI::Option* add_sources(CLI::App& command, std::vector<std::string>& sources) {
  return command.add_option("source", sources, "a .lp, .sql or .json file, a folder, postgres://… or git:REV:PATH")->type_name("SOURCE");
}

void add_connection_options(CLI::App& command, Context& context) {
  command.add_option("--url", context.options.url, "the target database (DATABASE_URL)")->type_name("URL");
  command.add_option("--shadow-url", context.options.shadow_url, "a server for the shadow instead of the embedded one (SHADOW_DATABASE_URL)")->type_name("URL");
  command.add_option("--pg-bindir", context.options.pg_bindir, "folder of the embedded shadow's Postgres programs")->type_name("DIR");
}

void add_json_option(CLI::App& command, Context& context) {
  command.add_flag("--json", context.options.json, "print JSON");
}

namespace {

std::string environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value && *value ? value : otherwise;
}

GlobalOptions options_from_environment() {
  GlobalOptions options;
  options.url = environment("DATABASE_URL", "postgres://lockplane:lockplane@localhost:5432/lockplane");
  options.shadow_url = environment("SHADOW_DATABASE_URL", "");
  options.pg_bindir = environment("LPC_PG_BINDIR", "");
  return options;
}

void add_commands(CLI::App& app, Context& context) {
  for (const auto add : {add_compile, add_check, add_fmt, add_explain, add_introspect, add_pull, add_diff, add_lint, add_plan, add_verify, add_show, add_apply,
                         add_rollback, add_history, add_status, add_drift, add_purge}) {
    add(app, context);
  }
}

/// CLI11's errors in our dress; help and version end with 0.
int usage(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error);
  const auto subcommands = app.get_subcommands();
  std::string command = subcommands.empty() ? std::string("lpc") : "lpc " + subcommands.front()->get_name();
  fmt::print(stderr, "error[LP7001]: {}\n  hint: see `{} --help`\n", error.what(), command);
  return static_cast<int>(Exit::usage);
}

/// Taking a big catalog apart would take longer than writing it; the system does it at once. (A leak checker wants to see it done.)
int leave(Exit code) {
#ifndef __SANITIZE_ADDRESS__
  std::fflush(nullptr);
  std::_Exit(static_cast<int>(code));
#endif
  return static_cast<int>(code);
}

int run(int argc, char** argv) {
  GlobalOptions options = options_from_environment();
  Context context(options);
  CLI::App app{"lpc: say the schema you want; get a proved plan to it, and the way back.", "lpc"};
  app.set_version_flag("--version", "lpc " LPC_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.add_flag("-q,--quiet", options.quiet, "print errors and results only");
  app.add_flag("--color,!--no-color", options.colour, "colours in the output; default: on a terminal, unless NO_COLOR is set");
  app.footer("Example:\n  lpc plan schema.lp --url postgres://localhost/shop -o plan.json && lpc apply plan.json --url postgres://localhost/shop");
  add_commands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return usage(app, error);
  }
  context.close();
  return leave(interrupted() && context.exit == Exit::database ? Exit::interrupted : context.exit);
}

}  // namespace

}  // namespace lpc::cli

int main(int argc, char** argv) {
  lpc::cli::install_signal_handlers();
  try {
    return lpc::cli::run(argc, argv);
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "error: out of memory\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "lpc: internal error: {}\n", error.what());
  }
  return static_cast<int>(lpc::cli::Exit::bug);
}
