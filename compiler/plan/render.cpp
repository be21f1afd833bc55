#include "plan/render.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace lpc::plan {

namespace {

class Renderer {
 public:
  explicit Renderer(const RenderOptions& options) : options_(options) {}

  std::string run(const Plan& plan) {
    if (plan.empty()) return "Nothing to do: the database is what the sources say.\n";
    heading(fmt::format("Plan: {}, {}", count(plan.steps.size(), "step"), count(groups(plan.steps), "transaction")));
    steps(plan.steps);
    if (options_.reverse && !plan.reverse.empty()) {
      heading(fmt::format("\nReverse: {}, {}", count(plan.reverse.size(), "step"), count(groups(plan.reverse), "transaction")));
      steps(plan.reverse);
    }
    if (!plan.loses.empty()) {
      heading("\nNot brought back by the reverse:");
      for (const Loss& loss : plan.loses) out_ += fmt::format("  {}: {}\n", loss.object, loss.what);
    }
    proof(plan);
    return std::move(out_);
  }

 private:
  static std::string count(std::size_t n, std::string_view noun) { return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s"); }

  static std::size_t groups(const std::vector<Step>& steps) {
    return steps.empty() ? 0 : static_cast<std::size_t>(steps.back().group - steps.front().group + 1);
  }

  std::string paint(std::string_view code, std::string_view text) const {
    return options_.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }

  void heading(const std::string& text) { out_ += paint("1", text) + "\n"; }

  void steps(const std::vector<Step>& steps) {
    int group = steps.empty() ? 0 : steps.front().group;
    const int width = static_cast<int>(std::to_string(steps.size()).size());
    for (const Step& step : steps) {
      if (step.group != group) out_ += paint("2", "  -- commit --") + "\n";
      group = step.group;
      out_ += fmt::format("  {:>{}}. {}{}\n", step.id, width, paint("36", step.description), step.transactional ? "" : " (outside a transaction)");
      if (options_.sql) statements(step, static_cast<std::size_t>(width) + 4);
      for (const StepHazard& hazard : step.hazards) {
        out_ += fmt::format("{:{}}{} {}{}\n", "", width + 4, paint("33", fmt::format("{}[{}]:", hazard.severity, hazard.code)), hazard.message,
                            hazard.allowed.empty() ? "" : fmt::format(" (allowed: {})", hazard.allowed));
      }
    }
  }

  void statements(const Step& step, std::size_t indent) {
    for (const std::string& statement : step.sql) {
      for (const std::string& line : split(statement + ";", '\n')) out_ += std::string(indent, ' ') + paint("2", line) + "\n";
    }
  }

  void proof(const Plan& plan) {
    if (!plan.proof) {
      out_ += "\nNot proved.\n";
      return;
    }
    out_ += fmt::format("\n{} on a Postgres {} shadow: forward to {}, back to {}.\n", paint("32", "Proved"), plan.proof->server,
                        short_hash(plan.proof->forward), short_hash(plan.proof->reverse));
  }

  static std::string short_hash(const std::string& hash) { return hash.substr(0, std::string("sha256:").size() + 12); }

  const RenderOptions& options_;
  std::string out_;
};

}  // namespace

std::string render(const Plan& plan, const RenderOptions& options) { return Renderer(options).run(plan); }

}  // namespace lpc::plan
