// What a stage or an I/O call gives back: its value, or the Failure that kept it from one.
// Knows nothing of diagnostics: a Failure is for the outside world (files, servers, processes); a mistake in a
// user's sources is a diag::Diagnostic, and a stage that has reported some ends in Failure::reported().
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

namespace lpc {

/// Why something could not be done. `code` is a diagnostic code ("LP6001") or empty when the cause is already reported.
struct Failure {
  std::string code;
  std::string message;       ///< lower case, no final period
  std::string hint;          ///< what to do about it; may be empty
  std::string detail;        ///< further lines, such as the server's own words; may be empty

  static Failure reported() { return {}; }
  bool is_reported() const { return code.empty(); }
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Failure& failure() const { return std::get<1>(state_); }

 private:
  std::variant<T, Failure> state_;
};

/// The result of something done for its effect.
struct Done {};
using Status = Result<Done>;
inline Status ok() { return Done{}; }

}  // namespace lpc

/// A condition that only a bug in lpc can break; ends the program with exit code 70.
#define LP_CHECK(condition)                                                                              \
  do {                                                                                                   \
    if (!(condition)) {                                                                                  \
      std::fprintf(stderr, "lpc: internal error: %s at %s:%d\n", #condition, __FILE__, __LINE__);        \
      std::_Exit(70);                                                                                    \
    }                                                                                                    \
  } while (0)

#define LP_CONCAT_INNER(a, b) a##b
#define LP_CONCAT(a, b) LP_CONCAT_INNER(a, b)
/// `LP_TRY(auto x, call())` binds the value or returns the Failure to the caller.
#define LP_TRY(declaration, ...) LP_TRY_INNER(LP_CONCAT(lp_result_, __LINE__), declaration, __VA_ARGS__)
#define LP_TRY_INNER(name, declaration, ...)    \
  auto name = (__VA_ARGS__);                    \
  if (!name) return name.failure();             \
  declaration = *std::move(name)
/// `LP_DO(call())` returns the Failure of a call made for its effect.
#define LP_DO(...)                                                    \
  do {                                                                \
    if (auto lp_status = (__VA_ARGS__); !lp_status) return lp_status.failure(); \
  } while (0)
