// lpc compile, lpc check: sources in, catalog or diagnostics out. Neither needs a database (unless the source is one).
#include <fmt/format.h>

#include <map>

#include "ast/dump.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/source.h"
#include "driver/print.h"
#include "frontend/parse.h"

namespace lpc::cli {

namespace {

/// The text of one stage's output for .lp files: tokens and trees exist before anything is resolved.
Result<std::string> print_early(const std::string& emit, const std::vector<std::string>& arguments, Context& context) {
  std::string out;
  for (const std::string& argument : arguments) {
    LP_TRY(const std::vector<std::string> paths, driver::lp_files(argument));
    for (const std::string& path : paths) {
      LP_TRY(const FileId file, context.sources.read(path));
      if (emit == "ast") {
        out += ast::dump(frontend::parse(file, context.sources, context.sink), context.sources);
        continue;
      }
      for (const frontend::Token& token : frontend::tokens(file, context.sources)) {
        const Position at = context.sources.at(file).position(token.span.begin);
        out += fmt::format("{}:{}:{} {} ", path, at.line, at.column, token.type);
        append_json_string(out, context.sources.text(token.span));
        out += '\n';
      }
    }
  }
  if (context.sink.has_errors()) return Failure::reported();
  return out;
}

Result<std::string> print_module(const Loaded& loaded) {
  std::string out;
  for (const std::string& schema : loaded.scope.schemas) out += fmt::format("manages schema {}\n", schema);
  for (const ObjectId& id : loaded.scope.declared) out += fmt::format("manages {}\n", id.text());
  for (const ObjectId& id : loaded.scope.external_partitions) out += fmt::format("leaves other partitions of {} alone\n", id.text());
  for (const Object& object : loaded.catalog.objects()) {
    out += fmt::format("{}{}\n", object.external ? "external " : "", object.id.text());
  }
  return out;
}

Result<std::string> print_catalog(const std::string& emit, const std::vector<std::string>& arguments, Context& context) {
  if (emit == "tokens" || emit == "ast") return print_early(emit, arguments, context);
  LP_TRY(Loaded result, load(arguments, context));
  const Loaded& loaded = context.keep(std::move(result));
  if (emit == "module") return print_module(loaded);
  if (emit == "hash") return catalog_hash(loaded.catalog) + "\n";
  if (emit == "sql") return driver::print_sql(loaded.catalog, loaded.canonical, loaded.server_version ? loaded.server_version : 150000, context.sink);
  return catalog_to_json(loaded.catalog, true);
}

}  // namespace

void add_compile(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("compile", "check the sources and print the desired catalog; needs no database");
  struct CompileOptions {
    std::vector<std::string> sources;
    std::string emit = "catalog";
    std::string output = "-";
  };
  auto options = std::make_shared<CompileOptions>();
  add_sources(*command, options->sources)->required();
  command->add_option("--emit", options->emit, "what to print: catalog, sql, ast, tokens, module or hash")
      ->check(CLI::IsMember({"catalog", "sql", "ast", "tokens", "module", "hash"}));
  command->add_option("-o,--output", options->output, "file to write instead of stdout");
  command->footer("Example:\n  lpc compile schema.lp --emit=sql");
  command->callback([&context, options] {
    const Result<std::string> text = print_catalog(options->emit, options->sources, context);
    if (!text) {
      context.fail(text.failure());
      return;
    }
    context.show_diagnostics();
    if (options->output == "-") {
      context.out(*text);
    } else if (const Status written = write_file(options->output, *text); !written) {
      context.fail(written.failure());
    }
  });
}

void add_check(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("check", "diagnostics only, for editors, hooks and CI");
  struct CompileOptions {
    std::vector<std::string> sources;
    std::string format = "text";
  };
  auto options = std::make_shared<CompileOptions>();
  add_sources(*command, options->sources)->required();
  command->add_option("--format", options->format, "text, json, sarif or github")->check(CLI::IsMember({"text", "json", "sarif", "github"}));
  command->footer("Example:\n  lpc check schema.lp --format=github");
  command->callback([&context, options] {
    const Result<Loaded>& loaded = context.keep(load(options->sources, context));
    if (!loaded && !loaded.failure().is_reported()) {
      context.fail(loaded.failure());
      return;
    }
    static const std::map<std::string, diag::Format> kFormats{
        {"text", diag::Format::text}, {"json", diag::Format::json}, {"sarif", diag::Format::sarif}, {"github", diag::Format::github}};
    context.out(diag::render(context.sink.all(), context.sources, {kFormats.at(options->format), context.colour(1)}));
    if (context.sink.has_errors()) context.exit = Exit::wrong_source;
  });
}

}  // namespace lpc::cli
