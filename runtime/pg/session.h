// The inside of a Connection, shared by the files that open it and use it. Nobody outside runtime/pg includes this.
#pragma once

#include <libpq-fe.h>

#include "pg/connection.h"

namespace lpc::pg {

struct Connection::State {
  struct FinishConnection {
    void operator()(PGconn* connection) const;
  };
  struct FreeCancel {
    void operator()(PGcancel* cancel) const;
  };

  std::unique_ptr<PGconn, FinishConnection> connection;    ///< always in libpq's non-blocking mode
  std::unique_ptr<PGcancel, FreeCancel> cancel;
  std::function<void(const Notice&)> notice_handler;
  std::optional<ServerError> last_error;
  const std::atomic<bool>* interrupt = nullptr;
  bool cancel_sent = false;                                ///< for the statement that runs

  static void on_notice(void* self, const PGresult* result);
  void start_statement();
  Failure fail(ServerError error);
  void wait(bool for_writing);
  bool flush();
  PGresult* next_result();
  void end_copy(ExecStatusType status);
  /// Reads all answers to what was sent; the last good one, or the first error.
  Result<Rows> collect(bool sent, const std::string& sql);
};

}  // namespace lpc::pg
