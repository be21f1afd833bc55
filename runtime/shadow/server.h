// The shadow: a server that lpc may do anything in. Either one that it starts itself (embedded.h) or one named by a URL
// (external.h), seen here as one interface. What is built in the shadow's databases is nobody's business here.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "pg/connection.h"

namespace lpc::shadow {

/// A database to be made. Defaults: UTF8, C.UTF-8, owned by the user that lpc connects as.
struct DatabaseOptions {
  std::string name;         ///< embedded servers only; an external one always names the database itself
  std::string owner;        ///< a role, made when the server doesn't have it
  std::string encoding;
  std::string collate;      ///< LC_COLLATE, when it must differ from the server's default
  std::string ctype;        ///< LC_CTYPE
  std::vector<std::pair<std::string, std::string>> settings;    ///< ALTER DATABASE … SET
  std::size_t objects = 0;  ///< about how many objects one of its transactions will touch: an embedded server has room for their locks
};

inline DatabaseOptions room_for(std::size_t objects) {
  DatabaseOptions options;
  options.objects = objects;
  return options;
}

struct EmbeddedOptions {
  std::string bindir;       ///< of the Postgres programs; empty looks for them
  int major = 0;            ///< wanted major version, taken when installed; 0 is the newest
  std::string cache;        ///< folder for everything; empty is the user's cache, and memory for the run
};

struct ShadowOptions {
  std::string url;                                    ///< external when not empty
  pg::Connection* target = nullptr;                   ///< what the shadow must not be; idle while the shadow opens
  EmbeddedOptions embedded;
  std::function<void(const pg::Notice&)> on_notice;   ///< of the databases' connections
  const std::atomic<bool>* interrupt = nullptr;       ///< of the databases' connections
};

class ShadowServer {
 public:
  ShadowServer() = default;
  ShadowServer(const ShadowServer&) = delete;
  ShadowServer& operator=(const ShadowServer&) = delete;
  virtual ~ShadowServer() = default;    ///< closes, if close() wasn't called

  /// A fresh, empty database and a connection to it, as a superuser if embedded, else as the URL's user.
  virtual Result<pg::Connection> create_database(const DatabaseOptions& options = {}) = 0;
  /// One more connection to a database made here.
  virtual Result<pg::Connection> connect(const std::string& database) = 0;
  /// Drops a database made here, whoever is connected to it, when the next one is made, or at close(): sessions that are about to end would hold that up.
  virtual Status drop_database(const std::string& name) = 0;
  /// Takes back a database made here in which nothing was left, since all was done in transactions that were rolled back, with its idle session: both may be
  /// handed out again, which saves a new one, and what a session learns of the system catalogs.
  virtual void take_back(pg::Connection untouched) = 0;
  /// Makes a role unless the server has it. Roles made here are dropped at close.
  virtual Status ensure_role(const std::string& name) = 0;
  /// Remembers a role that the caller has just made by its own SQL, to be dropped at close.
  virtual Status adopt_role(const std::string& name) = 0;
  /// The same of a tablespace.
  virtual Status adopt_tablespace(const std::string& name) = 0;
  /// Whether the tablespace of that name is one that was made here, so that it may be dropped.
  virtual bool made_tablespace(const std::string& name) const = 0;
  virtual int server_version() const = 0;        ///< 150020 for 15.20
  virtual std::string description() const = 0;   ///< for people, without secrets
  /// Drops or removes everything made here. A second call does nothing.
  virtual Status close() = 0;
};

/// Failures: LP6010..LP6012 and LP6015 for the embedded server; LP6001, LP6002, LP6008, LP6009, LP6020 and LP6021 for an external one.
Result<std::unique_ptr<ShadowServer>> open_shadow(const ShadowOptions& options);

/// CREATE DATABASE from template0, with owner, encoding and locale of the options. Not in a transaction.
Status create_database_from_template0(pg::Connection& admin, const std::string& name, const DatabaseOptions& options);
/// ALTER DATABASE … SET for each of the options' settings.
Status apply_database_settings(pg::Connection& admin, const std::string& name, const DatabaseOptions& options);
/// DROP DATABASE WITH (FORCE), after the subscriptions that would keep it. `connect` opens a connection to the database.
Status drop_database_by_force(pg::Connection& admin, const std::string& name, const std::function<Result<pg::Connection>()>& connect);
Result<bool> role_exists(pg::Connection& admin, const std::string& name);

}  // namespace lpc::shadow
