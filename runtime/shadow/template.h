// The data directory that every embedded server is copied from: made once per version by initdb, with empty databases ready in it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "shadow/folders.h"
#include "shadow/postgres_programs.h"

namespace lpc::shadow {

inline constexpr const char* kSuperuser = "lockplane_shadow_admin";
inline constexpr const char* kSocketPort = "5432";    // names the socket's file, nothing more

/// What a database's folder in the template is, so that a server can start before it is copied.
struct TemplateDatabase {
  std::string name;
  std::string folder;       ///< relative to the data directory: "base/16384"
};

struct Template {
  std::string data;
  int server_version = 0;
  std::vector<TemplateDatabase> ready;    ///< empty databases to hand out
  TemplateDatabase admin;                 ///< postgres, for what concerns the whole server
  TemplateDatabase source;                ///< template0, for further ones
};

/// Waits while another lpc makes it. LP6011 with initdb's words, LP6012, LP6015.
Result<Template> ensure_template(const PostgresPrograms& programs, const std::string& cache, const ChildUser& user);

constexpr int kServerSessions = 20;    ///< max_connections

/// The command that runs a server on `data`, its socket in `socket_folder`; `locks` is its max_locks_per_transaction.
Command server_command(const PostgresPrograms& programs, int major, const std::string& data, const std::string& socket_folder, const std::string& log,
                       int locks, const ChildUser& user);
/// How to connect to it, as a conninfo string.
std::string server_conninfo(const std::string& socket_folder, const std::string& database);
/// Polls until the server takes connections. LP6012 with the end of its log.
Status wait_until_ready(const ChildProcess& server, const std::string& data, const std::string& log);
/// The last lines of a file.
std::string file_end(const std::string& path);

}  // namespace lpc::shadow
