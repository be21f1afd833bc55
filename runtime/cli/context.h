// What every command works with: the global options, where output goes, and the shared state of one run (sources, diagnostics, the shadow server).
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "diag/render.h"
#include "diag/sink.h"
#include "driver/compile.h"
#include "frontend/sql_fragment.h"
#include "pg/connection.h"
#include "shadow/server.h"

namespace lpc::cli {

/// Exit codes of 03-cli-and-formats.
enum class Exit : int { done = 0, wrong_source = 1, usage = 2, differences = 3, refused = 4, database = 5, interrupted = 6, bug = 70 };

/// Set by the first SIGINT, SIGTERM or SIGHUP; the second one ends the program at once.
const std::atomic<bool>& interrupted();
void install_signal_handlers();

/// "1 step", "2 steps".
std::string counted(std::size_t count, std::string_view noun);

struct GlobalOptions {
  std::string url;                     ///< --url, DATABASE_URL, or the default
  std::string shadow_url;              ///< --shadow-url, SHADOW_DATABASE_URL, or "" for the embedded server
  std::string pg_bindir;
  bool json = false;
  bool quiet = false;
  std::optional<bool> colour;          ///< --color; otherwise by terminal and NO_COLOR
};

class Context {
 public:
  explicit Context(GlobalOptions& options) : options(options) {}

  GlobalOptions& options;
  SourceMap sources;
  diag::Sink sink;
  frontend::FragmentParser fragments;
  Exit exit = Exit::done;

  /// Results: stdout. Everything else: stderr.
  void out(std::string_view text) const;
  void say(std::string_view line) const;
  bool colour(int descriptor) const;
  /// Prints what the sink has gathered since the last call, to stderr, or to stdout as JSON for commands whose result it is.
  void show_diagnostics();
  /// Prints the failure (unless it was reported as diagnostics, which are shown) and gives the exit code that its code stands for.
  Exit fail(const Failure& failure);

  Result<pg::Connection> connect(const std::string& url, const char* application_name = "lpc");
  /// The connection to the target, opened on first use.
  Result<pg::Connection*> target();
  /// The shadow server, started on first use, of the major version of `like` when it is embedded. Never the target.
  Result<shadow::ShadowServer*> shadow(int like_server_version = 0);
  /// Keeps what is big until the program ends, which doesn't take it apart.
  template <class T>
  T& keep(T value) {
    kept_.push_back(std::make_shared<T>(std::move(value)));
    return *static_cast<T*>(kept_.back().get());
  }
  /// Ends what was started, in order. Called on every exit.
  void close();

 private:
  std::size_t shown_ = 0;
  std::vector<std::shared_ptr<void>> kept_;
  std::optional<pg::Connection> target_;
  std::unique_ptr<shadow::ShadowServer> shadow_;
};

}  // namespace lpc::cli
