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

/// Databases whose run holds no lock any more; the one with a run's note last, when nothing needs what it notes. One that this role may not drop is somebody else's, and left alone.
Status ExternalServer::sweep() {
  LP_TRY(const pg::Rows found,
         admin_.query("SELECT d.datname, pg_catalog.shobj_description(d.oid, 'pg_database') FROM pg_catalog.pg_database d "
                      "WHERE d.datname LIKE 'lpc\\_shadow\\_%' AND pg_catalog.pg_has_role(d.datdba, 'USAGE') "
                      "AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid) "
                      "ORDER BY pg_catalog.shobj_description(d.oid, 'pg_database') IS NOT NULL, d.datname"));
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
  const auto drop_noted = [&](const char* key, const SharedKind& kind) {
    std::vector<Shared> all;
    if (!noted.is_object() || !noted.contains(key) || !noted[key].is_array()) return;
    for (const auto& each : noted[key]) {
      if (each.is_object() && each.contains("name") && each.contains("oid")) all.push_back({each["name"].get<std::string>(), each["oid"].get<std::string>()});
    }
    // Refused when anything has come to depend on it since: then it stays.
    [[maybe_unused]] const Status dropped = drop(all, kind);
  };
  drop_noted("tablespaces", kTablespaces);
  drop_noted("roles", kRoles);
  return ok();
}

Result<std::string> ExternalServer::make_database(const DatabaseOptions& options) {
  const std::string name = fmt::format("{}{}_{}_{}", kNameStart, getpid(), key_, ++databases_made_);
  if (const Status made = create_database_from_template0(admin_, name, options); !made) return creation_failure(admin_, made.failure());
  return name;
}

/// Not in a transaction.
Status ExternalServer::make_note() {
  if (!note_.empty()) return ok();
  LP_TRY(note_, make_database({}));
  return ok();
}

/// Notes the run's roles and tablespaces on a database of its own, where a sweep after a kill finds them. (Comments on them, or on a database in which something is
/// built, would show in the catalogs that are read from the shadow.)
Status ExternalServer::write_note() {
  nlohmann::json note = {{"made_by", "lpc"}, {"roles", nlohmann::json::array()}, {"tablespaces", nlohmann::json::array()}};
  for (const Shared& role : roles_) note["roles"].push_back({{"name", role.name}, {"oid", role.oid}});
  for (const Shared& tablespace : tablespaces_) note["tablespaces"].push_back({{"name", tablespace.name}, {"oid", tablespace.oid}});
  return admin_.execute(sql("COMMENT ON DATABASE {} IS {}", ident(note_), literal(note.dump())));
}

Result<pg::Connection> ExternalServer::create_database(const DatabaseOptions& options) {
  LP_CHECK(!closed_);
  if (!options.owner.empty()) LP_DO(ensure_role(options.owner));
  const bool plain = options.encoding.empty() && options.collate.empty() && options.ctype.empty() && options.owner.empty();
  if (untouched_ && plain && options.settings.empty() && !untouched_->is_connection_lost()) return *std::exchange(untouched_, std::nullopt);
  LP_DO(drop_unneeded());
  LP_TRY(const std::string name, make_database(options));
  databases_.push_back(name);
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
  unneeded_.push_back(name);
  return ok();
}

Status ExternalServer::drop_unneeded() {
  for (; !unneeded_.empty(); unneeded_.pop_back()) {
    LP_DO(drop_made_database(unneeded_.back()));
    std::erase(databases_, unneeded_.back());
  }
  return ok();
}

Status ExternalServer::drop_made_database(const std::string& name) {
  return drop_database_by_force(admin_, name, [&]() { return pg::Connection::open(options_.url, connect_options(name)); });
}

void ExternalServer::take_back(pg::Connection untouched) { untouched_ = std::move(untouched); }

Status ExternalServer::remember(std::vector<Shared>& among, const SharedKind& kind, const std::string& name) {
  LP_TRY(const pg::Rows found, admin_.query(fmt::format("SELECT oid FROM {} WHERE {} = $1", kind.catalog, kind.name), {name}));
  if (!found.empty()) among.push_back({name, std::string(found(0, 0))});
  return write_note();
}

Status ExternalServer::remember_role(const std::string& name) { return remember(roles_, kRoles, name); }

Status ExternalServer::ensure_role(const std::string& name) {
  LP_TRY(const bool exists, role_exists(admin_, name));
  if (exists) return ok();
  LP_DO(make_note());
  LP_DO(admin_.execute("BEGIN"));
  Status made = admin_.execute(sql("CREATE ROLE {}", ident(name)));
  const bool came_meanwhile = !made && admin_.last_error() && admin_.last_error()->sqlstate == kDuplicateObject;
  if (!made) made = creation_failure(admin_, made.failure());
  if (made) made = remember_role(name);
  LP_DO(admin_.execute(made ? "COMMIT" : "ROLLBACK"));
  return came_meanwhile ? ok() : made;
}

Status ExternalServer::adopt_role(const std::string& name) {
  if (std::any_of(roles_.begin(), roles_.end(), [&name](const Shared& role) { return role.name == name; })) return ok();
  LP_DO(make_note());
  return remember_role(name);
}

Status ExternalServer::adopt_tablespace(const std::string& name) {
  std::erase_if(tablespaces_, [&name](const Shared& tablespace) { return tablespace.name == name; });    // it may be another one by now
  LP_DO(make_note());
  return remember(tablespaces_, kTablespaces, name);
}

bool ExternalServer::made_tablespace(const std::string& name) const {
  return std::any_of(tablespaces_.begin(), tablespaces_.end(), [&name](const Shared& tablespace) { return tablespace.name == name; });
}

/// A role can't go while it is a member, has members, or has grants in a database of this run, and a tablespace not while it holds anything; all of those are gone by now.
Status ExternalServer::drop(std::vector<Shared>& all, const SharedKind& kind) {
  Status result = ok();
  std::vector<Shared> left;
  for (auto each = all.rbegin(); each != all.rend(); ++each) {
    LP_TRY(const pg::Rows same, admin_.query(fmt::format("SELECT 1 FROM {} WHERE {} = $1 AND oid = $2::oid", kind.catalog, kind.name), {each->name, each->oid}));
    if (same.empty()) continue;
    if (const Status dropped = admin_.execute(sql("DROP {} {}", fragment(kind.word), ident(each->name))); !dropped) {
      result = dropped.failure();
      left.push_back(*each);
    }
  }
  all = std::move(left);
  return result;
}

Status ExternalServer::close() {
  if (closed_) return ok();
  closed_ = true;
  untouched_.reset();
  Status result = ok();
  const auto keep_failure = [&result](const Status& dropped) {
    if (!dropped) result = dropped.failure();
  };
  for (auto name = databases_.rbegin(); name != databases_.rend(); ++name) keep_failure(drop_made_database(*name));
  databases_.clear();
  keep_failure(drop(tablespaces_, kTablespaces));
  keep_failure(drop(roles_, kRoles));
  if (!note_.empty() && (!roles_.empty() || !tablespaces_.empty())) {
    keep_failure(write_note());    // for a later sweep
  } else if (!note_.empty()) {
    keep_failure(drop_made_database(note_));
  }
  return result;
}

}  // namespace lpc::shadow
