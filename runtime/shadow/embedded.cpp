#include "shadow/embedded.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "base/sql.h"
#include "shadow/keeper.h"
#include "shadow/postgres_programs.h"

namespace lpc::shadow {
namespace {

/// What the server doesn't read while it starts, in the order in which it is wanted.
std::vector<std::string> deferred_folders(const Template& made) {
  std::vector<std::string> folders;
  for (const TemplateDatabase& database : made.ready) {
    folders.push_back(database.folder);
    if (folders.size() == 1) folders.push_back(made.admin.folder);
  }
  folders.push_back(made.source.folder);
  return folders;
}

// What a conninfo string can't take back: https://www.postgresql.org/docs/15/libpq-envars.html
constexpr const char* kStrayVariables[] = {"PGHOSTADDR", "PGSERVICE"};

std::string folder_in_memory(const EmbeddedOptions& options, const ChildUser& user) { return options.cache.empty() ? memory_folder(user) : ""; }

/// max_locks_per_transaction, as a multiple of which the server has room for locks whoever holds them. It fills that table when it starts, which with a large one takes
/// longer than all the rest of the start. https://www.postgresql.org/docs/15/runtime-config-locks.html
int locks_for(std::size_t objects) {
  constexpr std::size_t kLocksPerObject = 4;    // a table also locks its type, its TOAST table and that one's index
  constexpr std::size_t kLeast = 256, kMost = 32768;
  return static_cast<int>(std::clamp(objects * kLocksPerObject / kServerSessions, kLeast, kMost));
}

bool is_plain(const DatabaseOptions& options) {
  return (options.encoding.empty() || options.encoding == "UTF8") && options.collate.empty() && options.ctype.empty();
}

bool is_like_the_ready_ones(const DatabaseOptions& options) {
  return is_plain(options) && options.name.empty() && options.owner.empty() && options.settings.empty();
}

}  // namespace

Result<std::unique_ptr<ShadowServer>> EmbeddedServer::open(const ShadowOptions& options) {
  LP_TRY(PostgresPrograms programs, find_postgres(options.embedded.bindir, options.embedded.major));
  const ChildUser user = child_user();
  LP_TRY(std::string cache, cache_folder(options.embedded.cache, user));
  sweep_runs(cache);
  if (const std::string memory = folder_in_memory(options.embedded, user); !memory.empty()) sweep_runs(memory);
  LP_TRY(Template made, ensure_template(programs, cache, user));
  return std::unique_ptr<ShadowServer>(new EmbeddedServer(options, std::move(programs), std::move(cache), std::move(made)));
}

EmbeddedServer::EmbeddedServer(const ShadowOptions& options, PostgresPrograms programs, std::string cache, Template made)
    : options_(options), programs_(std::move(programs)), cache_(std::move(cache)), template_(std::move(made)) {
  options_.target = nullptr;
}

Status EmbeddedServer::start(int locks) {
  const ChildUser user = child_user();
  const std::string memory = folder_in_memory(options_.embedded, user);
  LP_TRY(RunFolder folder, RunFolder::create(has_room(memory) ? memory : cache_, user));
  folder_ = std::make_unique<RunFolder>(std::move(folder));
  const std::vector<std::string> deferred = deferred_folders(template_);
  LP_DO(copy_tree(template_.data, folder_->data(), user, [&](std::string_view path) { return std::find(deferred.begin(), deferred.end(), path) != deferred.end(); }));
  constexpr int kVersionsPerMajor = 10000;
  keeper_ = std::make_unique<ServerKeeper>(
      server_command(programs_, template_.server_version / kVersionsPerMajor, folder_->data(), folder_->socket_folder(), folder_->log(), locks, user), template_,
      folder_->data(), deferred);
  locks_ = locks;
  return keeper_->wait_until_ready();
}

/// A running server, with a table of locks that is large enough. One that has too small a table, and no database in use, is replaced.
Status EmbeddedServer::make_room(std::size_t objects) {
  const int locks = locks_for(objects);
  if (keeper_ && (locks <= locks_ || databases_in_use_ > 0)) return ok();
  LP_DO(close());
  return start(locks);
}

EmbeddedServer::~EmbeddedServer() {
  [[maybe_unused]] const Status closed = close();
}

std::string EmbeddedServer::conninfo(const std::string& database) const {
  LP_CHECK(keeper_ != nullptr);
  [[maybe_unused]] const Status copied = keeper_->wait_for_copies();    // who connects by it may ask for anything
  return server_conninfo(folder_->socket_folder(), database);
}

pid_t EmbeddedServer::server_pid() const { return keeper_ ? keeper_->pid() : 0; }
int EmbeddedServer::server_version() const { return template_.server_version; }

std::string EmbeddedServer::description() const {
  return fmt::format("embedded Postgres {}.{}", template_.server_version / 10000, template_.server_version % 10000);
}

pg::ConnectOptions EmbeddedServer::connect_options() const {
  pg::ConnectOptions options;
  options.on_notice = options_.on_notice;
  options.interrupt = options_.interrupt;
  return options;
}

/// The connection for what concerns the whole server.
Result<pg::Connection*> EmbeddedServer::admin() {
  if (!keeper_) LP_DO(make_room(0));
  if (admin_ && !admin_->is_connection_lost()) return admin_.get();
  LP_DO(keeper_->wait_for_copy(template_.admin.folder));
  LP_TRY(pg::Connection connection, connect(template_.admin.name));
  admin_ = std::make_unique<pg::Connection>(std::move(connection));
  admin_->set_interrupt(nullptr);
  return admin_.get();
}

/// Checks that it has come to its own server, since the environment may lead elsewhere.
Result<pg::Connection> EmbeddedServer::connect(const std::string& database) {
  LP_CHECK(keeper_ != nullptr);
  Result<pg::Connection> opened = pg::Connection::open(server_conninfo(folder_->socket_folder(), database), connect_options());
  if (!opened && std::any_of(std::begin(kStrayVariables), std::end(kStrayVariables), [](const char* name) { return std::getenv(name) != nullptr; })) {
    return Failure{"LP6012", "the connection to the shadow server is led astray by the environment", "unset PGHOSTADDR and PGSERVICE",
                   opened.failure().message};
  }
  LP_TRY(pg::Connection connection, std::move(opened));
  LP_TRY(const pg::Rows folder, connection.query("SELECT pg_catalog.current_setting('data_directory')"));
  if (folder(0, 0) != folder_->data()) {
    return Failure{"LP6012", "the connection to the shadow server leads to another server", "unset PGHOSTADDR and PGSERVICE", ""};
  }
  return connection;
}

/// One of the databases that came with the template, under the wanted name; empty when none is left.
Result<std::string> EmbeddedServer::take_ready_database(const DatabaseOptions& options) {
  if (!is_plain(options) || ready_taken_ >= template_.ready.size()) return std::string();
  const auto& [ready, folder] = template_.ready[ready_taken_++];
  LP_DO(keeper_->wait_for_copy(folder));
  const std::string name = options.name.empty() ? ready : options.name;
  if (name == ready && options.owner.empty() && options.settings.empty()) return name;
  LP_TRY(pg::Connection * session, admin());
  if (name != ready) LP_DO(session->execute(sql("ALTER DATABASE {} RENAME TO {}", ident(ready), ident(name))));
  if (!options.owner.empty()) LP_DO(session->execute(sql("ALTER DATABASE {} OWNER TO {}", ident(name), ident(options.owner))));
  return name;
}

Result<pg::Connection> EmbeddedServer::create_database(const DatabaseOptions& options) {
  LP_DO(make_room(options.objects));
  ++databases_in_use_;
  if (untouched_ && is_like_the_ready_ones(options) && !untouched_->is_connection_lost()) return *std::exchange(untouched_, std::nullopt);
  LP_DO(drop_unneeded());
  if (!options.owner.empty()) LP_DO(ensure_role(options.owner));
  LP_TRY(std::string name, take_ready_database(options));
  ++databases_made_;
  if (name.empty()) {
    name = options.name.empty() ? fmt::format("lockplane_shadow_{}", template_.ready.size() + static_cast<std::size_t>(databases_made_)) : options.name;
    LP_DO(keeper_->wait_for_copy(template_.source.folder));
    LP_TRY(pg::Connection * session, admin());
    LP_DO(create_database_from_template0(*session, name, options));
  }
  if (!options.settings.empty()) {
    LP_TRY(pg::Connection * session, admin());
    LP_DO(apply_database_settings(*session, name, options));
  }
  return connect(name);
}

/// Only when there is another one to come: most commands need one, and the server's end takes it along in less time.
Status EmbeddedServer::drop_database(const std::string& name) {
  unneeded_.push_back(name);
  --databases_in_use_;
  return ok();
}

void EmbeddedServer::take_back(pg::Connection untouched) {
  untouched_ = std::move(untouched);
  --databases_in_use_;
}

Status EmbeddedServer::drop_unneeded() {
  for (; !unneeded_.empty(); unneeded_.pop_back()) {
    LP_TRY(pg::Connection * session, admin());
    LP_DO(drop_database_by_force(*session, unneeded_.back(), [&]() { return connect(unneeded_.back()); }));
  }
  return ok();
}

Status EmbeddedServer::ensure_role(const std::string& name) {
  LP_TRY(pg::Connection * session, admin());
  LP_TRY(const bool exists, role_exists(*session, name));
  if (exists) return ok();
  return session->execute(sql("CREATE ROLE {}", ident(name)));
}

/// Roles and tablespaces go with the server.
Status EmbeddedServer::adopt_role(const std::string&) { return ok(); }
Status EmbeddedServer::adopt_tablespace(const std::string&) { return ok(); }
bool EmbeddedServer::made_tablespace(const std::string&) const { return true; }

Status EmbeddedServer::close() {
  admin_.reset();
  untouched_.reset();
  keeper_.reset();    // before the folder: the server works in it
  folder_.reset();
  unneeded_.clear();
  ready_taken_ = 0;
  databases_in_use_ = 0;
  return ok();
}

}  // namespace lpc::shadow
