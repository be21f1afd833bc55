// A report in the forms that people read: a terminal's text, one page of HTML, Markdown for a pull request, a script for psql. Each is laid out from the same
// Report (report.h), and the same plan gives the same bytes.
#pragma once

#include <string>

#include "plan/report.h"

namespace lpc::plan {

struct TextOptions {
  bool colour = false;
  bool sql = true;           ///< show the statements, not only what they do
  bool reverse = true;       ///< show the reverse steps too
  bool utf8 = true;          ///< symbols; otherwise ASCII in their place
  std::size_t width = 0;     ///< of the terminal, to wrap lines; 0: they are as long as they are
};

std::string render_text(const Report& report, const TextOptions& options);

/// A page that stands alone: no script, nothing loaded from anywhere. Light or dark as its reader likes it.
std::string render_html(const Report& report);

/// For a comment on a pull request. Never longer than GitHub takes: the SQL goes first, then the tail of the list of steps.
std::string render_markdown(const Report& report);

struct SqlOptions {
  int lock_timeout_ms = 2000;
};

/// A script for psql that does what the executor does, but for its ledger and its attempts when a lock doesn't come.
std::string render_sql(const Report& report, const SqlOptions& options);

}  // namespace lpc::plan
