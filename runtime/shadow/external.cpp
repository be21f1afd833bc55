#include "shadow/external.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/sql.h"
#include "base/text.h"
#include "pg/conninfo.h"
#include "shadow/folders.h"

namespace lpc::shadow {
namespace {

constexpr std::string_view kDuplicateObject = "42710";

constexpr std::string_view kNameStart = "lpc_shadow_";
constexpr std::size_t kKeyDigits = 16;

/// A run's databases are lpc_shadow_<pid>_<key>_<number>; the key, or "" for any other name. The key is the whole right to
/// drop a database, so it's long.
std::string key_in(std::string_view name) {
  if (!name.starts_with(kNameStart)) return "";
  const std::vector<std::string> parts = split(name.substr(kNameStart.size()), '_');
  const auto consists_of = [](const std::string& text, std::string_view characters) {
    return !text.empty() && text.find_first_not_of(characters) == std::string::npos;
  };
  constexpr std::string_view kDigits = "0123456789", kHexDigits = "0123456789abcdef";
  const bool fits = parts.size() == 3 && consists_of(parts[0], kDigits) && consists_of(parts[1], kHexDigits) && parts[1].size() == kKeyDigits &&
                    consists_of(parts[2], kDigits);
  return fits ? parts[1] : "";
}

/// The advisory lock of a run: the key's two halves, with the high bits cleared so that they are ints.
std::pair<std::string, std::string> lock_of(const std::string& key) {
  const auto half = [&key](std::size_t at) { return std::to_string(std::stoul(key.substr(at, 8), nullptr, 16) & 0x7fffffffUL); };
  return {half(0), half(8)};
}

Failure creation_failure(const pg::Connection& admin, const Failure& failure) {
  if (!admin.last_error() || !pg::is_insufficient_privilege(admin.last_error()->sqlstate)) return failure;
  return {"LP6021", fmt::format("the shadow user `{}` may not do what the shadow needs: {}", admin.user(), failure.message),
          fmt::format("run `ALTER ROLE {} CREATEDB` (and CREATEROLE, when the sources declare roles), or leave SHADOW_DATABASE_URL unset for the embedded server",
                      ident(admin.user()).text),
          failure.detail};
}

}  // namespace

Result<std::unique_ptr<ShadowServer>> ExternalServer::open(const ShadowOptions& options) {
  pg::ConnectOptions connect;
  connect.application_name = "lpc shadow";
  connect.interrupt = options.interrupt;
  LP_TRY(pg::Connection admin, pg::Connection::open(options.url, connect));
  if (options.target) {
    LP_TRY(const bool same, pg::same_database(admin, *options.target));
    if (same) {
      return Failure{"LP6020", fmt::format("the shadow database `{}` is the target database", pg::redacted(options.url)),
                     "point SHADOW_DATABASE_URL at another database, or unset it for the embedded server", ""};
    }
  }
  admin.set_interrupt(nullptr);    // what it makes must be dropped, whatever happens
  std::unique_ptr<ExternalServer> server(new ExternalServer(options, std::move(admin)));
  LP_DO(server->mark_as_alive());
  LP_DO(server->sweep());
  return std::unique_ptr<ShadowServer>(std::move(server));
}

ExternalServer::ExternalServer(const ShadowOptions& options, pg::Connection admin)
    : options_(options), admin_(std::move(admin)), key_(random_hex(kKeyDigits / 2)) {
  options_.target = nullptr;
}

ExternalServer::~ExternalServer() {
  [[maybe_unused]] const Status closed = close();
}

int ExternalServer::server_version() const { return admin_.server_version_num(); }

std::string ExternalServer::description() const {
  return fmt::format("Postgres {}.{} at {}", server_version() / 10000, server_version() % 10000, pg::redacted(options_.url));
}

pg::ConnectOptions ExternalServer::connect_options(const std::string& database) const {
  pg::ConnectOptions options;
  options.application_name = "lpc shadow";
  options.database = database;
  options.on_notice = options_.on_notice;
  options.interrupt = options_.interrupt;
  return options;
}

Status ExternalServer::mark_as_alive() {
  const auto [high, low] = lock_of(key_);
  LP_DO(admin_.query("SELECT pg_catalog.pg_advisory_lock($1::int, $2::int)", {high, low}));
  return ok();
}

/// Databases whose run holds no lock any more. One that this role may not drop is somebody else's, and left alone.
Status ExternalServer::sweep() {
  LP_TRY(const pg::Rows found,
         admin_.query("SELECT d.datname, pg_catalog.shobj_description(d.oid, 'pg_database') FROM pg_catalog.pg_database d "
                      "WHERE d.datname LIKE 'lpc\\_shadow\\_%' AND pg_catalog.pg_has_role(d.datdba, 'USAGE') "
                      "AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid) ORDER BY d.datname"));
  for (int row = 0; row < found.size(); ++row) LP_DO(sweep_database(std::string(found(row, 0)), std::string(found(row, 1))));
  return ok();
}

Status ExternalServer::sweep_database(const std::string& name, const std::string& comment) {
  const std::string key = key_in(name);
  if (key.empty()) return ok();
  const auto [high, low] = lock_of(key);
  LP_TRY(const pg::Rows owner, admin_.query("SELECT 1 FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND objsubid = 2 "
                                            "AND classid = $1::oid AND objid = $2::oid",
                                            {high, low}));
  if (!owner.empty()) return ok();
  if (!admin_.execute(sql("DROP DATABASE IF EXISTS {}", ident(name)))) return ok();
  const auto noted = nlohmann::json::parse(comment, nullptr, false);
  if (!noted.is_object() || !noted.contains("roles") || !noted["roles"].is_array()) return ok();
  for (const auto& role : noted["roles"]) {
    if (!role.is_object() || !role.contains("name") || !role.contains("oid")) continue;
    const std::string role_name = role["name"].get<std::string>();
    LP_TRY(const pg::Rows same, admin_.query("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1 AND oid = $2::oid", {role_name, role["oid"].get<std::string>()}));
    // Refused when anything has come to depend on the role since: then it stays.
    if (!same.empty()) [[maybe_unused]] const Status dropped = admin_.execute(sql("DROP ROLE {}", ident(role_name)));
  }
  return ok();
}

Result<std::string> ExternalServer::make_database(const DatabaseOptions& options) {
  const std::string name = fmt::format("{}{}_{}_{}", kNameStart, getpid(), key_, ++databases_made_);
  if (const Status made = create_database_from_template0(admin_, name, options); !made) return creation_failure(admin_, made.failure());
  databases_.push_back(name);
  LP_DO(write_comment());
  return name;
}

/// Notes the run's roles on its first database, where a sweep after a kill finds them. (A comment on a role would show in
/// the catalogs that are read from the shadow.)
Status ExternalServer::write_comment() {
  if (databases_.empty()) return ok();
  nlohmann::json note = {{"made_by", "lpc"}, {"roles", nlohmann::json::array()}};
  for (const Role& role : roles_) note["roles"].push_back({{"name", role.name}, {"oid", role.oid}});
  return admin_.execute(sql("COMMENT ON DATABASE {} IS {}", ident(databases_.front()), literal(note.dump())));
}

Result<pg::Connection> ExternalServer::create_database(const DatabaseOptions& options) {
  LP_CHECK(!closed_);
  if (!options.owner.empty()) LP_DO(ensure_role(options.owner));
  const bool plain = options.encoding.empty() && options.collate.empty() && options.ctype.empty() && options.owner.empty();
  if (untouched_ && plain && options.settings.empty() && !untouched_->is_connection_lost()) return *std::exchange(untouched_, std::nullopt);
  std::string name;
  if (plain && !unused_database_.empty()) {
    name = std::exchange(unused_database_, "");
  } else {
    LP_TRY(name, make_database(options));
  }
  LP_DO(apply_database_settings(admin_, name, options));
  return connect(name);
}

Result<pg::Connection> ExternalServer::connect(const std::string& database) {
  LP_CHECK(std::find(databases_.begin(), databases_.end(), database) != databases_.end());
  return pg::Connection::open(options_.url, connect_options(database));
}

Status ExternalServer::drop_database(const std::string& name) {
  const auto found = std::find(databases_.begin(), databases_.end(), name);
  LP_CHECK(found != databases_.end());    // never a database that wasn't made here
  LP_DO(drop_database_by_force(admin_, name, [&]() { return connect(name); }));
  const bool held_note = found == databases_.begin();
  databases_.erase(found);
  return held_note ? write_comment() : ok();
}

void ExternalServer::take_back(pg::Connection untouched) { untouched_ = std::move(untouched); }

Status ExternalServer::remember_role(const std::string& name) {
  LP_TRY(const pg::Rows found, admin_.query("SELECT oid FROM pg_catalog.pg_roles WHERE rolname = $1", {name}));
  if (!found.empty()) roles_.push_back({name, std::string(found(0, 0))});
  return write_comment();
}

Status ExternalServer::ensure_role(const std::string& name) {
  LP_TRY(const bool exists, role_exists(admin_, name));
  if (exists) return ok();
  if (databases_.empty()) {    // a role needs a database to be noted on before it is there
    LP_TRY(unused_database_, make_database({}));
  }
  LP_DO(admin_.execute("BEGIN"));
  Status made = admin_.execute(sql("CREATE ROLE {}", ident(name)));
  const bool came_meanwhile = !made && admin_.last_error() && admin_.last_error()->sqlstate == kDuplicateObject;
  if (!made) made = creation_failure(admin_, made.failure());
  if (made) made = remember_role(name);
  LP_DO(admin_.execute(made ? "COMMIT" : "ROLLBACK"));
  return came_meanwhile ? ok() : made;
}

Status ExternalServer::adopt_role(const std::string& name) {
  const auto same_name = [&name](const Role& role) { return role.name == name; };
  if (std::any_of(roles_.begin(), roles_.end(), same_name)) return ok();
  return remember_role(name);
}

/// A role can't go while it is a member, has members, or has grants in a database of this run; all of those are gone by now.
Status ExternalServer::drop_roles() {
  Status result = ok();
  for (auto role = roles_.rbegin(); role != roles_.rend(); ++role) {
    LP_TRY(const pg::Rows same, admin_.query("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1 AND oid = $2::oid", {role->name, role->oid}));
    if (same.empty()) continue;
    if (const Status dropped = admin_.execute(sql("DROP ROLE {}", ident(role->name))); !dropped) result = dropped.failure();
  }
  roles_.clear();
  return result;
}

Status ExternalServer::close() {
  if (closed_) return ok();
  closed_ = true;
  untouched_.reset();
  Status result = ok();
  for (auto name = databases_.rbegin(); name != databases_.rend(); ++name) {    // the one with the note goes last
    const auto reconnect = [&]() { return pg::Connection::open(options_.url, connect_options(*name)); };
    if (const Status dropped = drop_database_by_force(admin_, *name, reconnect); !dropped) result = dropped.failure();
  }
  databases_.clear();
  if (const Status dropped = drop_roles(); !dropped) result = dropped.failure();
  return result;
}

}  // namespace lpc::shadow
