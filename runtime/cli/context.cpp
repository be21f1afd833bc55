#include "cli/context.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "shadow/embedded.h"

namespace lpc::cli {

namespace {

std::atomic<bool> g_interrupted{false};      // signal handlers can reach nothing else

extern "C" void on_signal(int) {
  if (g_interrupted.exchange(true)) {
    shadow::terminate_children();
    ::_exit(static_cast<int>(Exit::interrupted));
  }
}

void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      if (descriptor == STDOUT_FILENO && errno != EPIPE) {
        std::fprintf(stderr, "error[LP7011]: can't write the output: %s\n", std::strerror(errno));
      }
      ::_exit(static_cast<int>(errno == EPIPE ? Exit::done : Exit::wrong_source));
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

Exit exit_of(std::string_view code) {
  if (code == "LP6032") return Exit::interrupted;
  if (code == "LP7001" || code == "LP7015" || code == "LP7016") return Exit::usage;
  if (code == "LP7002" || code == "LP7003" || code == "LP7017" || code == "LP7018" || code == "LP6020" || code == "LP5005" || code == "LP6031" || code == "LP4016" || code == "LP6036") {
    return Exit::refused;
  }
  if (code.starts_with("LP6")) return Exit::database;
  return Exit::wrong_source;
}

}  // namespace

const std::atomic<bool>& interrupted() { return g_interrupted; }

void install_signal_handlers() {
  struct sigaction action{};
  action.sa_handler = on_signal;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(number, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

void Context::out(std::string_view text) const {
  std::fflush(stdout);
  write_all(STDOUT_FILENO, text);
}

void Context::say(std::string_view line) const {
  if (options.quiet) return;
  write_all(STDERR_FILENO, fmt::format("{}\n", line));
}

bool Context::colour(int descriptor) const {
  if (options.colour) return *options.colour;
  return ::isatty(descriptor) && !std::getenv("NO_COLOR") && std::string_view(std::getenv("TERM") ? std::getenv("TERM") : "") != "dumb";
}

void Context::show_diagnostics() {
  std::vector<diag::Diagnostic> fresh(sink.all().begin() + static_cast<std::ptrdiff_t>(shown_), sink.all().end());
  shown_ = sink.all().size();
  if (options.quiet) std::erase_if(fresh, [](const diag::Diagnostic& d) { return d.severity != diag::Severity::error; });
  if (fresh.empty()) return;
  const diag::Format format = options.json ? diag::Format::json : diag::Format::text;
  write_all(STDERR_FILENO, diag::render(fresh, sources, {format, colour(STDERR_FILENO)}));
}

Exit Context::fail(const Failure& failure) {
  show_diagnostics();
  if (!failure.is_reported()) {
    const diag::Format format = options.json ? diag::Format::json : diag::Format::text;
    write_all(STDERR_FILENO, diag::render(failure, {format, colour(STDERR_FILENO)}));
    return exit = exit_of(failure.code);
  }
  for (const diag::Diagnostic& diagnostic : sink.all()) {
    if (diagnostic.severity == diag::Severity::error) return exit = exit_of(diag::code_text(diagnostic.code));
  }
  return exit = Exit::wrong_source;
}

Result<pg::Connection> Context::connect(const std::string& url, const char* application_name) {
  pg::ConnectOptions connect_options;
  connect_options.application_name = application_name;
  connect_options.interrupt = &interrupted();
  return pg::Connection::open(url, connect_options);
}

Result<pg::Connection*> Context::target() {
  if (!target_) {
    LP_TRY(target_, connect(options.url));
  }
  return &*target_;
}

Result<shadow::ShadowServer*> Context::shadow(int like_server_version) {
  if (shadow_) return shadow_.get();
  shadow::ShadowOptions shadow_options;
  shadow_options.url = options.shadow_url;
  shadow_options.target = target_ ? &*target_ : nullptr;
  shadow_options.embedded.bindir = options.pg_bindir;
  shadow_options.embedded.major = like_server_version / 10000;
  shadow_options.interrupt = &interrupted();
  LP_TRY(shadow_, shadow::open_shadow(shadow_options));
  return shadow_.get();
}

void Context::close() {
  if (shadow_) {
    if (Status closed = shadow_->close(); !closed) say(diag::render(closed.failure(), {}));
    shadow_.reset();
  }
  target_.reset();
}

std::string counted(std::size_t count, std::string_view noun) { return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s"); }

}  // namespace lpc::cli
