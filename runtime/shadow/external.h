// A shadow on a server that the user names (SHADOW_DATABASE_URL). lpc works only in databases that it made in this run; the
// URL's own database is never written to. Databases and roles made here are dropped at close; those of a run that was killed
// are dropped by the next one, which knows them by their name and by an advisory lock that every living run holds.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shadow/server.h"

namespace lpc::shadow {

class ExternalServer final : public ShadowServer {
 public:
  static Result<std::unique_ptr<ShadowServer>> open(const ShadowOptions& options);
  ~ExternalServer() override;

  Result<pg::Connection> create_database(const DatabaseOptions& options) override;
  Result<pg::Connection> connect(const std::string& database) override;
  Status drop_database(const std::string& name) override;
  void take_back(pg::Connection untouched) override;
  Status ensure_role(const std::string& name) override;
  Status adopt_role(const std::string& name) override;
  int server_version() const override;
  std::string description() const override;
  Status close() override;

 private:
  struct Role {
    std::string name;
    std::string oid;
  };

  ExternalServer(const ShadowOptions& options, pg::Connection admin);
  pg::ConnectOptions connect_options(const std::string& database) const;
  Status mark_as_alive();
  Status sweep();
  Status sweep_database(const std::string& name, const std::string& comment);
  Result<std::string> make_database(const DatabaseOptions& options);
  Status write_comment();
  Status remember_role(const std::string& name);
  Status drop_roles();

  ShadowOptions options_;
  pg::Connection admin_;
  std::string key_;                        ///< of this run: in its databases' names, and its advisory lock
  std::vector<std::string> databases_;     ///< made here and not yet dropped
  std::string unused_database_;            ///< made early to note a role in, not handed out yet
  std::optional<pg::Connection> untouched_;    ///< taken back
  std::vector<Role> roles_;
  int databases_made_ = 0;
  bool closed_ = false;
};

}  // namespace lpc::shadow
