// The words for a run that didn't get to its end: what failed, where, what the server said, what stays, what to do. Never with a password.
#pragma once

#include <string>

#include "execute/blockers.h"
#include "execute/run_state.h"

namespace lpc::execute {

/// How the server's error hit the run.
struct ErrorContext {
  std::size_t step = 0;                    ///< position in Plan::steps
  bool after_steps = false;                ///< not one step's, but that of the checks and the COMMIT behind the batch's last one
  int attempts = 1;
  const BlockerWatch* watch = nullptr;
};

/// LP6003, LP6004, LP6006, LP6007 or LP6032 by the error's SQLSTATE.
Failure failure_of_step(const RunState& run, const pg::ServerError& error, const ErrorContext& context);
/// LP6032 between two statements.
Failure interrupted_failure(const RunState& run, std::size_t next_step);
/// A failure that isn't a statement's, with what stays of the run.
Failure with_what_stays(const RunState& run, Failure failure);
/// "The database is as it was before." or which steps are done, and how to go on.
std::string what_stays(const RunState& run);

/// The lines under the message: SQLSTATE, the statement with a caret at the server's position, DETAIL, the inner statement, CONTEXT.
std::string server_words(const pg::ServerError& error);

}  // namespace lpc::execute
