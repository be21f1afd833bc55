// The embedded server: the machine's own Postgres, started for one run of lpc, when its first database is wanted, on a copy of a cached
// data directory, reachable through a Unix socket in a 0700 folder only. Nothing of it is left after close(), after a signal (terminate_children() in
// process.h) or, after kill -9, once another run has swept.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shadow/folders.h"
#include "shadow/postgres_programs.h"
#include "shadow/server.h"
#include "shadow/template.h"

namespace lpc::shadow {

class ServerKeeper;

class EmbeddedServer final : public ShadowServer {
 public:
  static Result<std::unique_ptr<ShadowServer>> open(const ShadowOptions& options);
  ~EmbeddedServer() override;

  Result<pg::Connection> create_database(const DatabaseOptions& options) override;
  Result<pg::Connection> connect(const std::string& database) override;
  Status drop_database(const std::string& name) override;
  void take_back(pg::Connection untouched) override;
  Status ensure_role(const std::string& name) override;
  Status adopt_role(const std::string& name) override;
  Status adopt_tablespace(const std::string& name) override;
  bool made_tablespace(const std::string& name) const override;
  int server_version() const override;
  std::string description() const override;
  Status close() override;

  /// How to connect to a database of this server from elsewhere, as a conninfo string. Good until close().
  std::string conninfo(const std::string& database) const;
  pid_t server_pid() const;
  const std::string& run_folder() const { return folder_->path(); }

 private:
  EmbeddedServer(const ShadowOptions& options, PostgresPrograms programs, std::string cache, Template made);
  Status start(int locks);
  Status make_room(std::size_t objects);
  Result<pg::Connection*> admin();
  Status drop_unneeded();
  Result<std::string> take_ready_database(const DatabaseOptions& options);
  pg::ConnectOptions connect_options() const;

  ShadowOptions options_;
  const PostgresPrograms programs_;
  const std::string cache_;
  const Template template_;
  std::unique_ptr<RunFolder> folder_;        ///< of the running server; null until then, as the next
  std::unique_ptr<ServerKeeper> keeper_;
  int locks_ = 0;                            ///< max_locks_per_transaction of the running server
  std::unique_ptr<pg::Connection> admin_;    ///< opened when first needed
  std::vector<std::string> unneeded_;        ///< databases that drop_database() has left to the next one
  std::optional<pg::Connection> untouched_;  ///< taken back
  std::size_t ready_taken_ = 0;
  int databases_made_ = 0;
  int databases_in_use_ = 0;
};

}  // namespace lpc::shadow
