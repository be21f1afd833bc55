#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "plan/layout.h"
#include "plan/render.h"

namespace lpc::plan {

namespace {

constexpr std::size_t kLongestComment = 65536;      // GitHub's limit, in characters: https://docs.github.com/rest/issues/comments
constexpr std::size_t kMostRows = 100;

/// `text` as a code span; its fence is longer than any run of backquotes inside.
std::string code(std::string_view text) {
  std::size_t longest = 0, run = 0;
  std::string inside;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
    inside += c == '\n' ? ' ' : c;
  }
  const std::string fence(longest + 1, '`');
  const bool touches = inside.empty() || inside.front() == '`' || inside.back() == '`';
  return fence + (touches ? " " + inside + " " : inside) + fence;
}

/// Neither Markdown nor GitHub (mentions, references to issues, links) sees more in it than letters.
bool is_plain(std::string_view word) {
  if (word.find_first_not_of("0123456789.") == std::string_view::npos) return true;
  return std::all_of(word.begin(), word.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || byte >= 0x80 || c == ',' || c == ';' || c == '\'' || c == '-' || c == '%' || c == '/';
  });
}

/// The end of the word at `at`: a blank outside of double quotes.
std::size_t word_end(std::string_view text, std::size_t at) {
  bool quoted = false;
  for (; at < text.size() && (quoted || text[at] != ' '); ++at) quoted = quoted != (text[at] == '"');
  return at;
}

/// Names and all that Markdown could read as its own as code, the rest as it is.
std::string plain_words(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == ' ') {
      out += text[at++];
      continue;
    }
    const std::size_t end = word_end(text, at);
    std::string_view word = text.substr(at, end - at), before, behind;
    at = end;
    while (!word.empty() && word.front() == '(') {
      before = {word.data() - before.size(), before.size() + 1};
      word.remove_prefix(1);
    }
    while (!word.empty() && std::string_view(".,;:)").find(word.back()) != std::string_view::npos && !(word.back() == ')' && word.find('(') != std::string_view::npos)) {
      behind = {word.data() + word.size() - 1, behind.size() + 1};
      word.remove_suffix(1);
    }
    out += std::string(before) + (word.empty() || (is_plain(word) && word != "-") ? std::string(word) : code(word)) + std::string(behind);
  }
  return out;
}

std::string on_one_line(std::string_view text) {
  std::string line = for_eyes(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

std::string words(std::string_view text) { return plain_words(on_one_line(text)); }

/// A message has its names in backquotes.
std::string message(std::string_view text) {
  const std::string line = on_one_line(text);
  std::string out;
  for (const MessagePart& part : message_parts(line)) out += part.is_name ? code(part.text) : plain_words(part.text);
  return out;
}

/// What a cell of a table holds: a bar would end it, even in a code span (https://github.github.com/gfm/#tables-extension-).
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? "\\|" : std::string(1, c);
  return out;
}

/// A fenced block; what it holds can't end it.
std::string sql_block(const std::vector<std::string>& statements) {
  std::string sql;
  for (const std::string& statement : statements) sql += for_eyes(statement) + ";\n";
  std::size_t longest = 2, run = 0;
  for (const char c : sql) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  std::string out = fence + "sql\n";
  for (const std::string& line : split(trim(sql), '\n')) out += line + "\n";
  return out + fence + "\n";
}

std::string_view tone_sign(SummaryLine::Tone tone) {
  switch (tone) {
    case SummaryLine::Tone::good: return "✅";
    case SummaryLine::Tone::neutral: return "ℹ️";
    case SummaryLine::Tone::bad: return "⚠️";
  }
  return "";
}

std::string_view lock_sign(Blocks blocks) {
  switch (blocks) {
    case Blocks::everything: return "🔒";
    case Blocks::writes: return "🔏";
    case Blocks::schema_changes:
    case Blocks::nothing: return "🔓";
  }
  return "";
}

class Comment {
 public:
  Comment(const Report& report, bool with_reverse_sql, bool with_sql, std::size_t rows) : report_(report), plan_(*report.plan), reverse_sql_(with_reverse_sql), sql_(with_sql), rows_(rows) {}

  std::string run() {
    if (plan_.empty()) return "### Plan: nothing to do\n\nThe database is what the sources say.\n";
    out_ += fmt::format("### Plan: {}\n\n", report_.forward.size);
    summary();
    steps();
    hazards();
    way("SQL", report_.forward, sql_);
    way("Reverse: " + report_.reverse.size, report_.reverse, reverse_sql_);
    losses();
    out_ += fmt::format("\n{}\n", words(report_.proof));
    return std::move(out_);
  }

 private:
  void summary() {
    out_ += "| | |\n| --- | --- |\n";
    for (const SummaryLine& line : report_.summary) {
      std::string texts;
      for (const std::string& text : line.texts) texts += (texts.empty() ? "" : "<br>") + words(text);
      out_ += fmt::format("| {} **{}** | {} |\n", tone_sign(line.tone), line.label, cell(texts));
    }
  }

  void steps() {
    out_ += "\n| step | what | while it runs | risks |\n| ---: | --- | --- | --- |\n";
    std::size_t shown = 0;
    for (const Phase& phase : report_.forward.phases) {
      if (report_.forward.phases.size() > 1 && shown < rows_) out_ += fmt::format("| | **{}** | | |\n", words(phase.title));
      for (const ReportStep& step : phase.steps) {
        if (shown++ < rows_) row(step);
      }
    }
    if (shown > rows_) out_ += fmt::format("\n… and {} more steps.\n", shown - rows_);
  }

  void row(const ReportStep& step) {
    std::string facts, risks;
    for (const Fact& fact : step.facts) facts += (facts.empty() ? "" : "<br>") + (fact.kind == FactKind::lock ? std::string(lock_sign(fact.blocks)) + " " : "") + words(fact.text);
    for (const StepHazard& hazard : step.step->hazards) risks += (risks.empty() ? "" : " ") + code(hazard.code);
    out_ += fmt::format("| {} | {} | {} | {} |\n", step.number, cell(words(step.step->description)), cell(facts), cell(risks));
  }

  void hazards() {
    if (report_.hazards.empty()) return;
    out_ += "\n**Risks**\n\n";
    std::size_t shown = 0;
    for (const ReportHazard& each : report_.hazards) {
      const StepHazard& hazard = *each.hazard;
      if (shown++ >= rows_) continue;
      out_ += fmt::format("- {} {}, step {}: {}{}\n", code(hazard.code), hazard.severity, each.step, message(hazard.message),
                          hazard.allowed.empty() ? "" : fmt::format(" – **allowed**: {}", words(hazard.allowed)));
    }
    if (shown > rows_) out_ += fmt::format("- … and {} more.\n", shown - rows_);
  }

  void way(const std::string& name, const Way& way, bool with_sql) {
    if (way.steps == 0) return;
    if (!with_sql) {
      out_ += fmt::format("\n{}: left out, because a comment may not be that long.\n", words(name));
      return;
    }
    out_ += fmt::format("\n<details><summary>{}</summary>\n\n", name);
    for (const Phase& phase : way.phases) {
      if (way.phases.size() > 1) out_ += fmt::format("**{}**\n\n", words(phase.title));
      for (const ReportStep& step : phase.steps) out_ += fmt::format("Step {}: {}\n\n{}\n", step.number, words(step.step->description), sql_block(step.step->sql));
    }
    out_ += "</details>\n";
  }

  void losses() {
    if (plan_.loses.empty()) return;
    out_ += "\n**Not brought back by the reverse**\n\n";
    for (std::size_t i = 0; i < std::min(plan_.loses.size(), rows_); ++i) out_ += fmt::format("- {}: {}\n", code(plan_.loses[i].object), message(plan_.loses[i].what));
    if (plan_.loses.size() > rows_) out_ += fmt::format("- … and {} more.\n", plan_.loses.size() - rows_);
  }

  const Report& report_;
  const Plan& plan_;
  const bool reverse_sql_;
  const bool sql_;
  const std::size_t rows_;
  std::string out_;
};

}  // namespace

std::string render_markdown(const Report& report) {
  std::string comment;
  for (const auto& [reverse_sql, sql] : {std::pair(true, true), std::pair(false, true), std::pair(false, false)}) {
    comment = Comment(report, reverse_sql, sql, kMostRows).run();
    if (comment.size() <= kLongestComment) return comment;
  }
  for (std::size_t rows = kMostRows / 2; comment.size() > kLongestComment && rows > 0; rows /= 2) comment = Comment(report, false, false, rows).run();
  return comment;
}

}  // namespace lpc::plan
