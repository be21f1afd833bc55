#include "cli/reports.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdlib>

#include "base/text.h"
#include "cli/files.h"
#include "execute/executor.h"

namespace lpc::cli {

namespace {

/// 0 when nobody says and the output is no terminal: then lines are as long as they are.
std::size_t screen_width() {
  if (const char* columns = std::getenv("COLUMNS")) {
    const std::string_view text = columns;
    std::size_t width = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), width).ptr == text.data() + text.size() && width > 0) return width;
  }
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/// By the names of the locale's variables, as the locale itself is often not installed where the terminal can show it.
bool is_utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (!value || !*value) continue;
    const std::string lower = to_lower_ascii(value);
    return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

int ReportFiles::to_stdout() const {
  int count = 0;
  for (const std::string* file : {&html, &markdown, &sql, &reverse_sql}) count += *file == "-";
  return count;
}

void add_report_options(CLI::App& command, ReportFiles& files) {
  command.add_option("--html", files.html, "also write the plan as a page; - is the standard output")->type_name("FILE");
  command.add_option("--markdown", files.markdown, "also write it as Markdown, for a pull request")->type_name("FILE");
  command.add_option("--sql", files.sql, "also write it as a script for psql")->type_name("FILE");
  command.add_option("--reverse-sql", files.reverse_sql, "also write its reverse as a script for psql")->type_name("FILE");
}

Status write_reports(const plan::Plan& plan, const ReportFiles& files) {
  const plan::Report report = plan::make_report(plan);
  if (!files.html.empty()) LP_DO(write_file(files.html, plan::render_html(report)));
  if (!files.markdown.empty()) LP_DO(write_file(files.markdown, plan::render_markdown(report)));
  if (!files.sql.empty()) LP_DO(write_file(files.sql, sql_script(plan)));
  if (!files.reverse_sql.empty()) LP_DO(write_file(files.reverse_sql, sql_script(plan::turned_around(plan))));
  return ok();
}

plan::TextOptions text_options(const Context& context) {
  plan::TextOptions options;
  options.colour = context.colour(STDOUT_FILENO);
  options.utf8 = is_utf8_locale();
  options.width = screen_width();
  return options;
}

std::string sql_script(const plan::Plan& plan) { return plan::render_sql(plan::make_report(plan), {.lock_timeout_ms = execute::ExecuteOptions().lock_timeout_ms}); }

}  // namespace lpc::cli
