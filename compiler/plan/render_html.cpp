#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "plan/layout.h"
#include "plan/page_style.h"
#include "plan/render.h"
#include "plan/sql_tokens.h"

namespace lpc::plan {

namespace {

/// Text as HTML's text and attribute values have it.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : for_eyes(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

/// Names in backquotes as code.
std::string with_code(std::string_view text) {
  std::string out;
  for (const MessagePart& part : message_parts(text)) out += part.is_name ? "<code>" + escaped(part.text) + "</code>" : escaped(part.text);
  return out;
}

std::string_view sql_class(SqlColour colour) {
  switch (colour) {
    case SqlColour::plain: return "";
    case SqlColour::keyword: return "k";
    case SqlColour::call: return "f";
    case SqlColour::string: return "s";
    case SqlColour::number: return "n";
    case SqlColour::comment: return "c";
  }
  return "";
}

std::string sql_block(std::string_view statement) {
  const std::string sql = std::string(statement) + ";";
  std::string out = "<pre><code>";
  for (const SqlToken& token : sql_tokens(sql)) {
    const std::string_view name = sql_class(token.colour);
    out += name.empty() ? escaped(token.text) : fmt::format("<span class=\"{}\">{}</span>", name, escaped(token.text));
  }
  return out + "</code></pre>\n";
}

std::string_view blocks_class(Blocks blocks) {
  switch (blocks) {
    case Blocks::nothing: return "nothing";
    case Blocks::schema_changes: return "schema";
    case Blocks::writes: return "writes";
    case Blocks::everything: return "everything";
  }
  return "nothing";
}

std::string_view tone_class(SummaryLine::Tone tone) {
  switch (tone) {
    case SummaryLine::Tone::good: return "good";
    case SummaryLine::Tone::neutral: return "neutral";
    case SummaryLine::Tone::bad: return "bad";
  }
  return "";
}

/// AX for ACCESS EXCLUSIVE: the first letters.
std::string initials(std::string_view mode) {
  std::string out;
  for (const std::string& word : split(mode, ' ')) {
    if (!word.empty()) out += word.starts_with("EX") ? 'X' : word.front();
  }
  return out;
}

std::string fact_chip(const Fact& fact) {
  std::string_view look;
  switch (fact.kind) {
    case FactKind::lock: look = blocks_class(fact.blocks); break;
    case FactKind::work:
    case FactKind::undo: look = "warn"; break;
    case FactKind::estimate:
    case FactKind::reason:
    case FactKind::check: look = ""; break;
  }
  return fmt::format("<li class=\"chip {}\">{}</li>\n", look, escaped(fact.text));
}

Blocks worst(const Phase& phase) { return phase.locks.empty() ? Blocks::nothing : phase.locks.front().blocks; }

class Page {
 public:
  explicit Page(const Report& report) : report_(report), plan_(*report.plan) {}

  std::string run() {
    head();
    out_ += "<main id=\"main\">\n";
    timeline();
    heat();
    hazards();
    reverse();
    losses();
    proof();
    out_ += "</main>\n<footer><p>Written by <code>lpc</code>. The plan itself is the JSON that this page was made from.</p></footer>\n</body>\n</html>\n";
    return std::move(out_);
  }

 private:
  std::string title() const { return plan_.empty() ? "Plan: nothing to do" : "Plan: " + report_.forward.size; }

  void head() {
    // No script, nothing from elsewhere: the policy makes the browser see to it. The icon is there so that none is asked for.
    out_ += fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
        escaped(title()), kPageStyle);
    out_ += "<a class=\"skip\" href=\"#main\">Skip to the plan</a>\n";
    out_ += fmt::format("<header class=\"top\">\n<h1>{}</h1>\n<p class=\"soft\">{}</p>\n", escaped(title()), escaped(report_.proof));
    out_ += "<dl class=\"summary\">\n";
    for (const SummaryLine& line : report_.summary) {
      std::string texts;
      for (const std::string& text : line.texts) texts += "<dd>" + escaped(text) + "</dd>";
      out_ += fmt::format("<div class=\"panel {}\"><dt>{}</dt>{}</div>\n", tone_class(line.tone), escaped(line.label), texts);
    }
    out_ += "</dl>\n</header>\n<nav class=\"top\" aria-label=\"Sections\"><ul>\n";
    for (const auto& [id, name] : {std::pair("timeline", "Timeline"), std::pair("locks", "Locks"), std::pair("hazards", "Hazards"), std::pair("reverse", "Reverse"),
                                   std::pair("losses", "Losses"), std::pair("proof", "Proof")}) {
      out_ += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", id, name);
    }
    out_ += "</ul></nav>\n";
  }

  void open_section(std::string_view id, std::string_view name) { out_ += fmt::format("<section id=\"{0}\" aria-labelledby=\"{0}-title\">\n<h2 id=\"{0}-title\">{1}</h2>\n", id, name); }

  void none(std::string_view text) { out_ += fmt::format("<p class=\"panel none\">{}</p>\n", text); }

  // ---- timeline

  void timeline() {
    open_section("timeline", "Timeline");
    if (plan_.empty()) none("Nothing to do: the database is what the sources say.");
    if (report_.forward.phases.size() > 1) strip();
    for (const Phase& each : report_.forward.phases) phase(each);
    out_ += "</section>\n";
  }

  void strip() {
    out_ += "<ol class=\"strip\">\n";
    for (const Phase& phase : report_.forward.phases) {
      const Blocks blocks = worst(phase);
      const std::string held = phase.locks.empty() ? "nobody waits" : fmt::format("{} wait {}", blocked_words(blocks), phase.locks.front().is_long ? "long" : "a moment");
      out_ += fmt::format("<li style=\"flex-grow:{}\"><a class=\"panel {}\" href=\"#phase-{}\"><b>Phase {}</b>{}, {}<br>{}</a></li>\n", std::min<std::size_t>(phase.steps.size(), 6), blocks_class(blocks),
                          phase.number, phase.number, counted(phase.steps.size(), "step"), phase.transactional ? "a transaction" : "no transaction", held);
    }
    out_ += "</ol>\n";
  }

  void phase(const Phase& phase) {
    out_ += fmt::format("<div class=\"panel phase{}\" id=\"phase-{}\">\n<header><h3>{}</h3>\n", phase.transactional ? "" : " alone", phase.number, escaped(phase.title));
    for (const HeldLock& lock : phase.locks) {
      out_ += fmt::format("<span class=\"chip {}\" title=\"{}\">{} on {} wait {}</span>\n", blocks_class(lock.blocks), escaped(lock.mode), blocked_words(lock.blocks), escaped(lock.relation),
                          escaped(lock.duration));
    }
    out_ += "</header>\n<ol class=\"steps\">\n";
    for (const ReportStep& each : phase.steps) step(each);
    out_ += "</ol>\n</div>\n";
  }

  void step(const ReportStep& step) {
    out_ += fmt::format("<li id=\"step-{0}\"><span class=\"number\"><span class=\"unseen\">Step </span>{0}</span><span class=\"what\">{1}</span>", step.number, escaped(step.step->description));
    if (step.step->origin) out_ += fmt::format(" <span class=\"origin\">{}:{}</span>", escaped(step.step->origin->file), step.step->origin->line);
    out_ += "\n";
    facts(step);
    for (const StepHazard& hazard : step.step->hazards) {
      const bool is_calm = !hazard.allowed.empty() || hazard.severity == "note";
      out_ += fmt::format("<p class=\"say {}\"><b>{}</b> {}</p>\n", is_calm ? "" : hazard.severity == "error" ? "bad" : "warn", escaped(hazard.code),
                          with_code(hazard.message) + (hazard.allowed.empty() ? "" : " <span class=\"chip good\">allowed</span>"));
    }
    statements(*step.step);
    out_ += "</li>\n";
  }

  void facts(const ReportStep& step) {
    if (step.facts.empty()) return;
    out_ += "<ul class=\"chips\">\n";
    for (const Fact& fact : step.facts) out_ += fact_chip(fact);
    out_ += "</ul>\n";
  }

  void statements(const Step& step) {
    constexpr std::ptrdiff_t kManyLines = 40;
    std::string blocks;
    for (const std::string& statement : step.sql) blocks += sql_block(statement);
    const auto lines = std::count(blocks.begin(), blocks.end(), '\n');
    out_ += lines > kManyLines ? fmt::format("<details><summary>SQL, {} lines</summary>\n{}</details>\n", lines, blocks) : blocks;
  }

  // ---- locks

  void heat() {
    open_section("locks", "Who waits for what");
    const Heat& heat = report_.heat;
    if (heat.rows.empty()) {
      none(plan_.proof ? "No relation that exists before the plan is locked." : "Not known before the plan is proved.");
      out_ += "</section>\n";
      return;
    }
    out_ += "<div class=\"panel\">\n<div class=\"heat\" tabindex=\"0\" role=\"region\" aria-labelledby=\"locks-title\"><table>\n";
    out_ += "<thead><tr><th scope=\"col\"><span class=\"unseen\">Relation</span></th>";
    for (const int column : heat.columns) {
      out_ += fmt::format("<th scope=\"col\"><a href=\"#{0}-{1}\"><span class=\"unseen\">{0} </span>{1}</a></th>", heat.by_phase ? "phase" : "step", column);
    }
    out_ += "</tr></thead>\n<tbody>\n";
    for (const HeatRow& row : heat.rows) {
      out_ += fmt::format("<tr><th scope=\"row\">{}</th>", escaped(row.relation));
      for (const HeatCell& cell : row.cells) out_ += heat_cell(cell);
      out_ += "</tr>\n";
    }
    out_ += "</tbody></table></div>\n";
    if (heat.more_rows) out_ += fmt::format("<p class=\"none\">{} with weaker locks left out.</p>\n", counted(heat.more_rows, "relation"));
    legend();
    out_ += "</div>\n</section>\n";
  }

  static std::string heat_cell(const HeatCell& cell) {
    if (cell.mode.empty()) return "<td></td>";
    const std::string words = fmt::format("{}{}", cell.mode, cell.is_held_on ? ", still held" : "");
    return fmt::format("<td class=\"{}{}\" title=\"{}\"><abbr title=\"{}\">{}</abbr></td>", blocks_class(cell.blocks), cell.is_held_on ? " held" : "", escaped(words), escaped(words),
                       escaped(initials(cell.mode)));
  }

  void legend() {
    out_ += "<ul class=\"legend\">\n";
    for (const auto& [blocks, words] : {std::pair(Blocks::everything, "reads and writes wait"), std::pair(Blocks::writes, "writes wait"),
                                        std::pair(Blocks::schema_changes, "other schema changes wait"), std::pair(Blocks::nothing, "nobody waits")}) {
      out_ += fmt::format("<li class=\"chip {}\">{}</li>\n", blocks_class(blocks), words);
    }
    out_ += fmt::format("<li class=\"soft\">Columns are {}. A paler cell is a lock taken before and held until its transaction commits.</li>\n</ul>\n",
                        report_.heat.by_phase ? "transactions" : "steps");
  }

  // ---- what else there is to know

  void hazards() {
    open_section("hazards", "Hazards");
    if (report_.hazards.empty()) none("None.");
    if (!report_.hazards.empty()) {
      out_ += "<ul class=\"hazards\">\n";
      for (const ReportHazard& each : report_.hazards) {
        const StepHazard& hazard = *each.hazard;
        out_ += fmt::format("<li class=\"panel {}\"><b>{}</b> <span class=\"soft\">{}, <a href=\"#step-{}\">step {}</a></span><p>{}</p>", hazard.allowed.empty() ? escaped(hazard.severity) : "allowed",
                            escaped(hazard.code), escaped(hazard.severity), each.step, each.step, with_code(hazard.message));
        if (!hazard.allowed.empty()) out_ += fmt::format("<p><span class=\"chip good\">allowed</span> {}</p>", escaped(hazard.allowed));
        out_ += "</li>\n";
      }
      out_ += "</ul>\n<p class=\"soft\"><code>lpc explain CODE</code> says what a code means and what is safer.</p>\n";
    }
    out_ += "</section>\n";
  }

  void reverse() {
    open_section("reverse", "Reverse");
    if (plan_.reverse.empty()) none(plan_.proof ? "There is nothing to undo." : "None yet: a proof of the plan makes one.");
    for (const Phase& phase : report_.reverse.phases) {
      out_ += fmt::format("<div class=\"panel phase{}\">\n<header><h3>{}</h3></header>\n<ol class=\"steps\">\n", phase.transactional ? "" : " alone", escaped(phase.title));
      for (const ReportStep& step : phase.steps) {
        std::string blocks;
        for (const std::string& statement : step.step->sql) blocks += sql_block(statement);
        out_ += fmt::format("<li id=\"reverse-{0}\"><span class=\"number\">{0}</span><span class=\"what\">{1}</span>\n", step.number, escaped(step.step->description));
        facts(step);
        out_ += fmt::format("<details><summary>SQL</summary>\n{}</details></li>\n", blocks);
      }
      out_ += "</ol>\n</div>\n";
    }
    out_ += "</section>\n";
  }

  void losses() {
    open_section("losses", "Not brought back by the reverse");
    if (plan_.loses.empty()) none(plan_.proof ? "Nothing is lost." : "Not known before the plan is proved.");
    if (!plan_.loses.empty()) out_ += "<ul class=\"losses\">\n";
    for (const Loss& loss : plan_.loses) out_ += fmt::format("<li class=\"panel\"><code>{}</code><p>{}</p></li>\n", escaped(loss.object), with_code(loss.what));
    if (!plan_.loses.empty()) out_ += "</ul>\n";
    out_ += "</section>\n";
  }

  void proof() {
    open_section("proof", "Proof");
    out_ += fmt::format("<div class=\"panel proof\"><p><span class=\"chip {}\">{}</span></p>\n<dl>\n", plan_.proof ? "good" : "warn", plan_.proof ? "proved" : "not proved");
    const auto row = [&](std::string_view name, std::string_view value) {
      if (!value.empty()) out_ += fmt::format("<dt>{}</dt><dd><code>{}</code></dd>\n", name, escaped(value));
    };
    row("from", plan_.source_hash);
    row("to", plan_.target_hash);
    if (plan_.proof) {
      row("shadow", "Postgres " + plan_.proof->server);
      row("forward reached", plan_.proof->forward);
      row("reverse reached", plan_.proof->reverse);
      row("scope", plan_.proof->scope);
      if (const auto& rows = plan_.proof->rows) row("generated rows", fmt::format("{} in {} tables", rows->rows, rows->tables));
    }
    row("planned for role", plan_.role);
    row("schemas", join(plan_.managed, ", "));
    out_ += "</dl></div>\n</section>\n";
  }

  const Report& report_;
  const Plan& plan_;
  std::string out_;
};

}  // namespace

std::string render_html(const Report& report) { return Page(report).run(); }

}  // namespace lpc::plan
