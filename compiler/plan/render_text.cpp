#include <fmt/format.h>

#include <algorithm>

#include "diag/snippet.h"
#include "plan/layout.h"
#include "plan/render.h"

namespace lpc::plan {

namespace {

/// What stands in front of a fact.
struct Symbol {
  std::string_view utf8;
  std::string_view ascii;
  std::string_view code;      ///< of its colour
};

Symbol symbol_of(const Fact& fact) {
  switch (fact.kind) {
    case FactKind::lock:
      switch (fact.blocks) {
        case Blocks::everything: return {"🔒", "[rw]", "31"};
        case Blocks::writes: return {"🔏", "[w]", "33"};
        case Blocks::schema_changes:
        case Blocks::nothing: return {"🔓", "[-]", "2"};
      }
      return {"🔒", "[rw]", "31"};
    case FactKind::work: return {"⟳", "*", "33"};
    case FactKind::estimate: return {"∑", "~", "2"};
    case FactKind::reason: return {"→", "->", "2"};
    case FactKind::check: return {"?", "?", "36"};
    case FactKind::undo: return {"↶", "<-", "33"};
  }
  return {"", "", ""};
}

std::string_view tone_code(SummaryLine::Tone tone) {
  switch (tone) {
    case SummaryLine::Tone::good: return "32";
    case SummaryLine::Tone::neutral: return "";
    case SummaryLine::Tone::bad: return "33";
  }
  return "";
}

class TextRenderer {
 public:
  TextRenderer(const Report& report, const TextOptions& options) : report_(report), options_(options), screen_{options.colour, options.width} {}

  std::string run() {
    if (report_.plan->empty()) return "Nothing to do: the database is what the sources say.\n";
    heading("Plan: " + report_.forward.size);
    for (const SummaryLine& line : report_.summary) summary(line);
    way(report_.forward);
    if (options_.reverse && !report_.plan->reverse.empty()) {
      heading("Reverse: " + report_.reverse.size);
      way(report_.reverse);
    }
    if (!report_.plan->loses.empty()) {
      heading("Not brought back by the reverse:");
      for (const Loss& loss : report_.plan->loses) out_ += paragraph("  ", fmt::format("{}: {}", loss.object, loss.what), screen_);
    }
    out_ += "\n" + (report_.plan->proof ? screen_.paint("32", "Proved") + report_.proof.substr(std::string_view("Proved").size()) : report_.proof) + "\n";
    return std::move(out_);
  }

 private:
  void heading(const std::string& text) { out_ += (out_.empty() ? "" : "\n") + screen_.paint("1", text) + "\n"; }

  void summary(const SummaryLine& line) {
    for (std::size_t i = 0; i < line.texts.size(); ++i) {
      out_ += paragraph(fmt::format("  {:<6}", i ? "" : line.label), line.texts[i], screen_, tone_code(line.tone));
    }
  }

  void way(const Way& way) {
    const bool is_one = way.phases.size() == 1 && way.phases.front().transactional;
    const std::size_t width = std::to_string(way.steps).size();
    for (const Phase& phase : way.phases) {
      out_ += "\n";
      if (!is_one) out_ += "  " + screen_.paint("1", phase.title) + "\n";
      for (const ReportStep& each : phase.steps) step(each, width);
    }
  }

  void step(const ReportStep& step, std::size_t width) {
    out_ += paragraph(fmt::format("  {:>{}}. ", step.number, width), step.step->description, screen_, "36");
    const std::size_t indent = width + 4;
    if (options_.sql) {
      for (const std::string& statement : step.step->sql) out_ += sql_lines(statement + ";", indent, screen_);
    }
    for (const Fact& fact : step.facts) this->fact(fact, indent);
    for (const StepHazard& hazard : step.step->hazards) this->hazard(hazard, indent);
  }

  void fact(const Fact& fact, std::size_t indent) {
    const Symbol symbol = symbol_of(fact);
    const std::string_view shown = options_.utf8 ? symbol.utf8 : symbol.ascii;
    out_ += paragraph(std::string(indent, ' ') + std::string(shown) + " ", fact.text, screen_, symbol.code);
  }

  /// The code in colour, the words without: they are what must be read.
  void hazard(const StepHazard& hazard, std::size_t indent) {
    const std::string head = fmt::format("{}[{}]:", hazard.severity, hazard.code);
    const std::string text = fmt::format("{} {}{}", head, hazard.message, hazard.allowed.empty() ? "" : fmt::format(" (allowed: {})", hazard.allowed));
    std::string shown = paragraph(std::string(indent, ' '), text, screen_);
    shown.replace(indent, head.size(), screen_.paint(hazard.severity == "error" ? "31" : "33", head));
    out_ += shown;
  }

  const Report& report_;
  const TextOptions& options_;
  const Screen screen_;
  std::string out_;
};

}  // namespace

std::string render_text(const Report& report, const TextOptions& options) { return TextRenderer(report, options).run(); }

}  // namespace lpc::plan
