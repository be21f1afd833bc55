#include "shadow/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

namespace lpc::shadow {
namespace {

// A signal handler can reach nothing but a global, so this one table is the exception to "no mutable globals".
constexpr std::size_t kMaxChildren = 32;
std::array<std::atomic<pid_t>, kMaxChildren> live_children;

int register_child(pid_t pid) {
  for (std::size_t slot = 0; slot < kMaxChildren; ++slot) {
    pid_t expected = 0;
    if (live_children[slot].compare_exchange_strong(expected, pid)) return static_cast<int>(slot);
  }
  return -1;
}

/// Everything that the child needs, made before fork(): after it only async-signal-safe calls are allowed.
struct Prepared {
  std::vector<char*> argv;
  std::vector<char*> envp;
  std::vector<std::string> environment;
  const char* folder;
  const char* output_file;
  ChildUser user;
  pid_t parent;
  int error_pipe;
};

/// A clean environment: PG* variables, locales and time zones of the user must not change what the server does.
std::vector<std::string> clean_environment() {
  std::vector<std::string> environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TZ=UTC", "HOME=/"};
  if (const char* libraries = std::getenv("LD_LIBRARY_PATH")) environment.push_back(std::string("LD_LIBRARY_PATH=") + libraries);
  return environment;
}

/// Raw system calls: glibc's wrappers take locks that another thread may have held at the fork.
bool become(const ChildUser& user) {
  if (!user.changes) return true;
  return syscall(SYS_setgroups, 0, nullptr) == 0 && syscall(SYS_setresgid, user.gid, user.gid, user.gid) == 0 &&
         syscall(SYS_setresuid, user.uid, user.uid, user.uid) == 0;
}

void reset_signals() {
  for (int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGCHLD, SIGUSR1, SIGUSR2, SIGALRM}) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void run_child(const Prepared& prepared) {
  constexpr int kErrorPipe = 3;    // the one descriptor besides the standard three that stays open until exec
  const auto fail = []() {
    const int error = errno;
    [[maybe_unused]] const ssize_t written = write(kErrorPipe, &error, sizeof error);
    _exit(127);
  };
  // By way of a number above, since dup3() refuses to copy a descriptor onto itself, and lpc may run with the standard three closed.
  const int above = fcntl(prepared.error_pipe, F_DUPFD_CLOEXEC, kErrorPipe + 1);
  if (above < 0 || dup3(above, kErrorPipe, O_CLOEXEC) < 0) _exit(127);
  setsid();    // Ctrl-C in the terminal is for lpc alone, which then ends its children in order
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  const int input = open("/dev/null", O_RDONLY);
  const int output = open(prepared.output_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (input < 0 || output < 0 || dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) fail();
  if (syscall(SYS_close_range, static_cast<unsigned>(kErrorPipe) + 1, ~0U, 0U) != 0) {
    for (int descriptor = kErrorPipe + 1; descriptor < 1024; ++descriptor) close(descriptor);
  }
  if (!become(prepared.user) || chdir(prepared.folder) != 0) fail();
  // Changing the user clears the death signal, hence after it; and the parent may have died before it was set.
  if (prctl(PR_SET_PDEATHSIG, SIGQUIT) != 0) fail();
  if (getppid() != prepared.parent) _exit(127);
  reset_signals();
  execve(prepared.argv[0], prepared.argv.data(), prepared.envp.data());
  fail();
  _exit(127);
}

std::vector<char*> to_pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

ChildUser child_user() {
  if (geteuid() != 0) return {};
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* entry = getpwnam(name); entry && entry->pw_uid != 0) return {true, entry->pw_uid, entry->pw_gid, name};
  }
  return {true, 65534, 65534, "nobody"};
}

Result<ChildProcess> ChildProcess::start(const Command& command) {
  int error_pipe[2];
  if (pipe2(error_pipe, O_CLOEXEC) != 0) return Failure{"LP6012", fmt::format("can't make a pipe: {}", std::strerror(errno)), "", ""};
  std::vector<std::string> arguments = command.arguments;
  Prepared prepared{};
  prepared.environment = clean_environment();
  prepared.argv = to_pointers(arguments);
  prepared.envp = to_pointers(prepared.environment);
  prepared.folder = command.folder.c_str();
  prepared.output_file = command.output_file.c_str();
  prepared.user = command.user;
  prepared.parent = getpid();
  prepared.error_pipe = error_pipe[1];
  const pid_t pid = fork();
  if (pid == 0) run_child(prepared);
  const int fork_error = errno;
  close(error_pipe[1]);
  if (pid < 0) {
    close(error_pipe[0]);
    return Failure{"LP6012", fmt::format("can't start a process: {}", std::strerror(fork_error)), "", ""};
  }
  ChildProcess child(pid);
  int error = 0;
  ssize_t got = 0;
  while ((got = read(error_pipe[0], &error, sizeof error)) < 0 && errno == EINTR) {
  }
  close(error_pipe[0]);
  if (got != static_cast<ssize_t>(sizeof error)) return child;
  child.wait();
  return Failure{"LP6012", fmt::format("can't run `{}`{}: {}", command.arguments[0], command.user.changes ? " as user " + command.user.name : "",
                                       std::strerror(error)),
                 "", ""};
}

ChildProcess::ChildProcess(pid_t pid) : pid_(pid), slot_(register_child(pid)) {}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept : pid_(other.pid_), slot_(other.slot_), ended_well_(other.ended_well_) {
  other.pid_ = -1;
  other.slot_ = -1;
}

ChildProcess::~ChildProcess() { stop(SIGQUIT, 2000); }

bool ChildProcess::is_running() const {
  if (pid_ <= 0) return false;
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

/// Frees the pid only after it has left the table: another process might get it at once.
bool ChildProcess::reap() {
  if (slot_ >= 0) live_children[static_cast<std::size_t>(slot_)].store(0);
  slot_ = -1;
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  ended_well_ = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return ended_well_;
}

bool ChildProcess::wait() {
  if (pid_ <= 0) return ended_well_;
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
  return reap();
}

void ChildProcess::stop(int signal_number, int timeout_ms) {
  if (pid_ <= 0) return;
  kill(pid_, signal_number);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  while (is_running()) {
    if (std::chrono::steady_clock::now() > deadline) kill(pid_, SIGKILL);
    std::this_thread::sleep_for(std::chrono::microseconds(300));
  }
  reap();
}

void terminate_children() noexcept {
  const int saved_error = errno;
  for (const std::atomic<pid_t>& child : live_children) {
    if (const pid_t pid = child.load(); pid > 0) kill(pid, SIGQUIT);
  }
  errno = saved_error;
}

std::optional<unsigned long long> process_start_time(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::stringstream text;
  text << file.rdbuf();
  const std::string line = text.str();
  const std::size_t name_end = line.rfind(')');    // the program's name may hold blanks and parentheses
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  std::string field;
  constexpr int kFieldsBetween = 19;               // the state is field 3, the start time field 22
  fields >> field;
  if (field == "Z" || field == "X") return std::nullopt;    // dead, and not yet reaped
  for (int i = 0; i < kFieldsBetween; ++i) fields >> field;
  if (!fields) return std::nullopt;
  return std::strtoull(field.c_str(), nullptr, 10);
}

}  // namespace lpc::shadow
