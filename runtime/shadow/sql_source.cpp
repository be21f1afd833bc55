#include "shadow/sql_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/sql.h"
#include "base/sql_scan.h"
#include "base/text.h"
#include "frontend/sql_script.h"
#include "introspect/introspect.h"
#include "kinds/common.h"
#include "kinds/kind.h"
#include "shadow/builder.h"
#include "shadow/new_database.h"

namespace lpc::shadow {

namespace {

/// The script with the lines blanked that pg_dump writes for psql alone, every byte in its place.
/// https://www.postgresql.org/docs/15/app-psql.html, \restrict
std::string without_restrict_lines(std::string_view text) {
  std::string result(text);
  for (std::size_t line = 0; line < text.size();) {
    const std::size_t end = std::min(text.find('\n', line), text.size());
    const std::string_view content = text.substr(line, end - line);
    if (content.starts_with("\\restrict ") || content.starts_with("\\unrestrict ")) std::fill(result.begin() + static_cast<std::ptrdiff_t>(line), result.begin() + static_cast<std::ptrdiff_t>(end), ' ');
    line = end + 1;
  }
  return result;
}

/// The role that the server doesn't know; "" for any other error. The session's messages are untranslated.
std::string missing_role(const pg::ServerError& error) {
  constexpr std::string_view kBefore = "role \"";
  constexpr std::string_view kAfter = "\" does not exist";
  if (error.sqlstate != "42704" || !error.message.starts_with(kBefore) || !error.message.ends_with(kAfter)) return "";
  return error.message.substr(kBefore.size(), error.message.size() - kBefore.size() - kAfter.size());
}

/// The byte range of the word that the error points at, or the whole statement.
Span place_of(const pg::ServerError& error, const Span& statement, std::string_view sql) {
  if (error.position <= 0) return statement;
  const std::size_t at = offset_of_character(sql, static_cast<std::size_t>(error.position) - 1);
  const auto begin = statement.begin + static_cast<std::uint32_t>(at);
  std::uint32_t end = begin;
  while (end < statement.end && (std::isalnum(static_cast<unsigned char>(sql[end - statement.begin])) || sql[end - statement.begin] == '_')) ++end;
  return {statement.file, begin, std::max(end, begin + 1)};
}

/// https://www.postgresql.org/docs/15/sql-commands.html: those that begin, end or divide a transaction.
bool controls_transaction(std::string_view sql) {
  const std::string word = to_lower_ascii(sql.substr(0, scan_lexeme(sql, 0).end));
  constexpr std::array<std::string_view, 9> kWords = {"abort", "begin", "commit", "end", "prepare", "release", "rollback", "savepoint", "start"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

class ScriptRunner {
 public:
  ScriptRunner(const SourceMap& sources, diag::Sink& sink) : sources_(sources), sink_(sink) {}

  Status run(pg::Connection& connection, FileId file) {
    const std::string text = without_restrict_lines(sources_.at(file).text());
    for (const Span& statement : frontend::split_script(text, file)) {
      LP_DO(run(connection, statement, text.substr(statement.begin, statement.end - statement.begin)));
    }
    if (connection.transaction_state() != pg::TransactionState::kIdle) LP_DO(connection.execute("COMMIT"));
    return ok();
  }

  /// Roles that no script made but some script names.
  const std::set<std::string>& supplied_roles() const { return supplied_; }

 private:
  Status run(pg::Connection& connection, const Span& place, const std::string& statement) {
    for (std::set<std::string> tried;;) {
      const bool in_transaction = connection.transaction_state() == pg::TransactionState::kInTransaction && !controls_transaction(statement);
      if (in_transaction) LP_DO(connection.execute("SAVEPOINT lockplane_statement"));
      const Status done = connection.execute(statement);
      if (done) return in_transaction ? connection.execute("RELEASE SAVEPOINT lockplane_statement") : ok();
      if (!connection.last_error() || connection.is_connection_lost() || connection.last_error()->interrupted) return done;
      const pg::ServerError error = *connection.last_error();
      const std::string missing = missing_role(error), too_weak = is_superuser(connection) ? too_weak_owner(error, statement) : "";
      const std::string& role = missing.empty() ? too_weak : missing;
      if (role.empty() || !tried.insert(error.sqlstate + role).second) return refuse(error, place, statement, connection);
      if (in_transaction) LP_DO(connection.execute("ROLLBACK TO SAVEPOINT lockplane_statement"));
      LP_DO(missing.empty() ? connection.execute(sql("ALTER ROLE {} SUPERUSER", ident(role))) : supply(connection, role));
    }
  }

  /// The role, made here in another's stead, that can't own an event trigger, since only superusers can. https://www.postgresql.org/docs/15/sql-altereventtrigger.html
  std::string too_weak_owner(const pg::ServerError& error, std::string_view statement) const {
    if (error.sqlstate != "42501" || !to_lower_ascii(statement).starts_with("alter event trigger ")) return "";
    const auto is_owner = [&](const std::string& role) { return trim(statement).ends_with(sql("OWNER TO {}", ident(role)).text); };
    const auto found = std::find_if(supplied_.begin(), supplied_.end(), is_owner);
    return found == supplied_.end() ? "" : *found;
  }

  /// In the session itself: a transaction under way doesn't always notice what others make.
  Status supply(pg::Connection& connection, const std::string& role) {
    LP_DO(connection.execute(sql("CREATE ROLE {}", ident(role))));
    if (!is_superuser(connection)) LP_DO(connection.execute(sql("GRANT {} TO CURRENT_USER", ident(role))));
    supplied_.insert(role);
    return ok();
  }

  Status refuse(const pg::ServerError& error, const Span& place, const std::string& sql, const pg::Connection& connection) {
    diag::Diagnostic diagnostic = rejection(error, nullptr, Catalog(), nullptr, connection.server_version_num());
    diagnostic.span = place_of(error, place, sql);
    if (sql.starts_with('\\')) diagnostic.notes.push_back({"psql's commands aren't SQL; take the line out", {}});
    sink_.add(std::move(diagnostic));
    return Failure::reported();
  }

  const SourceMap& sources_;
  diag::Sink& sink_;
  std::set<std::string> supplied_;
};

bool names(const Object& object, const std::string& role) {
  std::set<std::string> roles;
  kinds::add_named_roles(object, roles);
  return roles.contains(role);
}

/// What the scripts left in the database, as they mean it. What is about the shadow's own user beyond being owned is reported.
Result<Catalog> meant(const Catalog& read, const std::string& admin, const std::set<std::string>& roles_made, diag::Sink& sink) {
  const ObjectId admin_id{KindId::Role, "", admin, "", ""};
  CatalogBuilder builder(read);
  builder.remove(admin_id);
  builder.remove({KindId::Database, "", "current", "", ""});    // the shadow's
  bool is_clean = true;
  for (Object* object : builder.objects()) {
    if (object->id.kind == KindId::Role && !roles_made.contains(object->id.name)) {
      object->external = true;
      object->attributes = {};    // it stands in for another's, of which nothing is known
    }
    for (const kinds::AttributeRule& rule : kinds::kind(object->id.kind).attributes) {
      const Value* value = rule.unsaid_keeps_live ? object->attributes.find(rule.name) : nullptr;
      if (value && value->text() == admin) object->attributes.remove(rule.name);
    }
    std::erase(object->depends_on, admin_id);
    if (object->external || !names(*object, admin)) continue;
    sink.add(diag::make(diag::Code::kScriptNamesItsUser, {}, kinds::spoken(object->id)));
    is_clean = false;
  }
  if (!is_clean) return Failure::reported();
  return builder.finish();
}

/// Takes the scripts' roles away with all they own, so that the server is as it was. One that resists goes when the server is closed.
Status drop_roles(ShadowServer& server, pg::Connection& connection, const std::set<std::string>& roles) {
  for (const std::string& role : roles) {
    if (connection.execute(sql("DROP OWNED BY {} CASCADE", ident(role))) && connection.execute(sql("DROP ROLE {}", ident(role)))) continue;
    LP_DO(server.adopt_role(role));
  }
  return ok();
}

/// From the length of the scripts, since a statement for less than a line makes one.
std::size_t about_as_many_objects(const std::vector<FileId>& files, const SourceMap& sources) {
  constexpr std::size_t kBytesPerObject = 64;
  std::size_t bytes = 0;
  for (const FileId file : files) bytes += sources.at(file).text().size();
  return bytes / kBytesPerObject;
}

}  // namespace

Result<Catalog> run_sql_sources(ShadowServer& server, const std::vector<FileId>& files, const SourceMap& sources, frontend::FragmentParser& fragments, diag::Sink& sink) {
  LP_TRY(pg::Connection connection, server.create_database(room_for(about_as_many_objects(files, sources))));
  if (is_superuser(connection)) LP_DO(connection.execute("SET lc_messages = 'C'"));
  LP_TRY(const std::set<std::string> roles_before, role_names(connection));
  ScriptRunner runner(sources, sink);
  Status ran = ok();
  for (std::size_t i = 0; i < files.size() && ran; ++i) ran = runner.run(connection, files[i]);
  if (connection.is_connection_lost()) return ran.failure();
  if (connection.transaction_state() != pg::TransactionState::kIdle) LP_DO(connection.execute("ROLLBACK"));
  LP_DO(connection.execute("DISCARD ALL"));
  LP_TRY(std::set<std::string> roles, role_names(connection));
  std::erase_if(roles, [&](const std::string& role) { return roles_before.contains(role); });
  std::set<std::string> roles_made = roles;
  std::erase_if(roles_made, [&](const std::string& role) { return runner.supplied_roles().contains(role); });
  Result<Catalog> catalog = Failure::reported();
  if (ran) {
    LP_TRY(const Catalog read, introspect::introspect(connection, {}, fragments, sink));
    catalog = meant(read, connection.user(), roles_made, sink);
  }
  LP_DO(drop_roles(server, connection, roles));
  LP_DO(server.drop_database(connection.database()));
  if (!ran) return ran.failure();
  return catalog;
}

}  // namespace lpc::shadow
