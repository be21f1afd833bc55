// lpc fmt: the one layout of .lp files.
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/files.h"
#include "driver/print.h"
#include "frontend/parse.h"

namespace lpc::cli {

namespace {

struct FmtOptions {
  std::vector<std::string> files;
  bool write = false;
  bool check = false;
};

/// Formats one file; with --check only says whether it is formatted.
Status format_file(const std::string& path, const FmtOptions& options, Context& context) {
  FileId file = kNoFile;
  if (path == "-") {
    LP_TRY(std::string text, read_file("-"));
    if (const std::size_t bad = find_invalid_utf8(text); bad != std::string_view::npos) {
      return Failure{"LP1003", diag::make(diag::Code::kNotUtf8, {}, "standard input", bad).message, "", ""};
    }
    file = context.sources.add("<stdin>", std::move(text));
  } else {
    LP_TRY(file, context.sources.read(path));
  }
  const std::size_t errors = context.sink.error_count();
  const std::string formatted = driver::format_lp(file, context.sources, context.sink);
  if (context.sink.error_count() > errors) return Failure::reported();
  const bool same = formatted == context.sources.at(file).text();
  if (options.check) {
    if (!same) {
      context.say(fmt::format("{}: not formatted; run `lpc fmt -w {}`", path, path));
      context.exit = Exit::wrong_source;
    }
    return ok();
  }
  if (options.write && path != "-") return same ? ok() : write_file(path, formatted);
  context.out(formatted);
  return ok();
}

}  // namespace

void add_fmt(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("fmt", "format .lp files; comments are kept");
  auto options = std::make_shared<FmtOptions>();
  command->add_option("file", options->files, ".lp files or folders; - is standard input")->required()->type_name("FILE");
  CLI::Option* write = command->add_flag("-w,--write", options->write, "write the files instead of printing");
  command->add_flag("--check", options->check, "only tell (exit code 1) when a file isn't formatted")->excludes(write);
  command->footer("Example:\n  lpc fmt -w schema.lp");
  command->callback([&context, options] {
    for (const std::string& argument : options->files) {
      const Result<std::vector<std::string>> paths = argument == "-" ? std::vector<std::string>{"-"} : driver::lp_files(argument);
      if (!paths) {
        context.fail(paths.failure());
        return;
      }
      for (const std::string& path : *paths) {
        if (const Status done = format_file(path, *options, context); !done) context.fail(done.failure());
      }
    }
  });
}

}  // namespace lpc::cli
