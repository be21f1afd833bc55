// A plan in the forms that people read, where a command's options want them: the text for the terminal, and files.
#pragma once

#include <string>

#include "cli/command.h"
#include "plan/plan.h"
#include "plan/render.h"

namespace lpc::cli {

struct ReportFiles {
  std::string html, markdown, sql, reverse_sql;

  /// How many of them are standard output.
  int to_stdout() const;
};

/// --html, --markdown, --sql, --reverse-sql.
void add_report_options(CLI::App& command, ReportFiles& files);
/// Writes those that were asked for.
Status write_reports(const plan::Plan& plan, const ReportFiles& files);

/// As wide as the terminal (or COLUMNS says), with the symbols that the locale has, in colours when they are wanted.
plan::TextOptions text_options(const Context& context);
/// The plan as a script, with the executor's own time limit for locks.
std::string sql_script(const plan::Plan& plan);

}  // namespace lpc::cli
