// Runs a plan's steps in a shadow database the way the executor will run them in the real one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "diag/sink.h"
#include "pg/connection.h"
#include "plan/impact.h"
#include "plan/plan.h"
#include "shadow/measure.h"
#include "shadow/server.h"

namespace lpc::shadow {

/// Who looks on, and what was predicted of each step.
struct Measuring {
  Meter& meter;
  const std::vector<plan::Impact>& predicted;
};

/// Steps of one group in one transaction, those that can't be in one by themselves. A step that the server refuses is reported as `code` with the step,
/// its SQL and the server's words; then Failure::reported(). `after_step`, when there is one, is called after each step, inside its transaction.
Status run_steps(ShadowServer& server, pg::Connection& connection, std::vector<plan::Step>& steps, const Measuring& measuring, diag::Code code, diag::Sink& sink,
                 const std::function<Status(std::size_t)>& after_step = nullptr);

/// What the server refused, and of which step.
struct Refusal {
  const plan::Step* step = nullptr;
  std::string statement;
  pg::ServerError error;
};

/// The same without anybody looking on. Nothing when all of them ran; a failure only when nobody can go on (the connection is lost, the user interrupts).
Result<std::optional<Refusal>> run_unwatched(ShadowServer& server, pg::Connection& connection, std::vector<plan::Step>& steps);

}  // namespace lpc::shadow
