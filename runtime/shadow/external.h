// A shadow on a server that the user names (SHADOW_DATABASE_URL). lpc works only in databases that it made in this run; the
// URL's own database is never written to. Databases, tablespaces and roles made here are dropped at close; those of a run that was
// killed are dropped by the next one, which knows the databases by their name, tablespaces and roles by a note on one of these, and
// the run by an advisory lock that every living one holds.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
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
  Status adopt_tablespace(const std::string& name) override;
  bool made_tablespace(const std::string& name) const override;
  int server_version() const override;
  std::string description() const override;
  Status close() override;

 private:
  /// A role or a tablespace.
  struct Shared {
    std::string name;
    std::string oid;
  };
  /// Where they are found, by which column, and what DROP calls them.
  struct SharedKind {
    std::string_view catalog, name, word;
  };
  static constexpr SharedKind kRoles{"pg_catalog.pg_roles", "rolname", "ROLE"}, kTablespaces{"pg_catalog.pg_tablespace", "spcname", "TABLESPACE"};


  ExternalServer(const ShadowOptions& options, pg::Connection admin);
  pg::ConnectOptions connect_options(const std::string& database) const;
  Status mark_as_alive();
  Status sweep();
  Status sweep_database(const std::string& name, const std::string& comment);
  Result<std::string> make_database(const DatabaseOptions& options);
  Status drop_unneeded();
  Status drop_made_database(const std::string& name);
  Status make_note();
  Status write_note();
  Status remember(std::vector<Shared>& among, const SharedKind& kind, const std::string& name);
  Status remember_role(const std::string& name);
  Status drop(std::vector<Shared>& all, const SharedKind& kind);

  ShadowOptions options_;
  pg::Connection admin_;
  std::string key_;                        ///< of this run: in its databases' names, and its advisory lock
  std::vector<std::string> databases_;     ///< made here and not yet dropped
  std::vector<std::string> unneeded_;      ///< of these, what drop_database() was asked for
  std::string note_;                       ///< the database whose comment is the note; it holds nothing, and is made for the first role or tablespace
  std::optional<pg::Connection> untouched_;    ///< taken back
  std::vector<Shared> roles_, tablespaces_;
  int databases_made_ = 0;
  bool closed_ = false;
};

}  // namespace lpc::shadow
