// One function a command: it adds the subcommand to the application and, when the command is given, runs it. Each lives in cmd_<name>.cpp.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <string>
#include <vector>

#include "cli/context.h"

namespace lpc::cli {

void add_compile(CLI::App& app, Context& context);
void add_check(CLI::App& app, Context& context);
void add_fmt(CLI::App& app, Context& context);
void add_explain(CLI::App& app, Context& context);
void add_introspect(CLI::App& app, Context& context);
void add_pull(CLI::App& app, Context& context);
void add_diff(CLI::App& app, Context& context);
void add_lint(CLI::App& app, Context& context);
void add_plan(CLI::App& app, Context& context);
void add_verify(CLI::App& app, Context& context);
void add_show(CLI::App& app, Context& context);
void add_apply(CLI::App& app, Context& context);
void add_rollback(CLI::App& app, Context& context);
void add_history(CLI::App& app, Context& context);
void add_status(CLI::App& app, Context& context);
void add_drift(CLI::App& app, Context& context);
void add_purge(CLI::App& app, Context& context);

/// `sources` as the positional argument SOURCE….
CLI::Option* add_sources(CLI::App& command, std::vector<std::string>& sources);
/// --url, --shadow-url, --pg-bindir on a command that uses a database.
void add_connection_options(CLI::App& command, Context& context);
/// --json.
void add_json_option(CLI::App& command, Context& context);

}  // namespace lpc::cli
