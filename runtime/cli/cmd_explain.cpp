// lpc explain: what a diagnostic means, an example, how to fix it.
#include "cli/command.h"
#include "diag/explain.h"

namespace lpc::cli {

void add_explain(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("explain", "what a diagnostic code means, an example, how to fix it");
  auto code = std::make_shared<std::string>();
  command->add_option("code", *code, "such as LP2003")->required()->type_name("CODE");
  command->footer("Example:\n  lpc explain LP2003");
  command->callback([&context, code] {
    const Result<std::string> page = diag::explain(*code);
    if (page) {
      context.out(*page);
    } else {
      context.fail(page.failure());
    }
  });
}

}  // namespace lpc::cli
