#include "cli/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/text.h"
#include "introspect/introspect.h"
#include "kinds/kind.h"
#include "kinds/version_needs.h"
#include "shadow/materialise.h"
#include "shadow/sql_source.h"

namespace lpc::cli {

namespace fs = std::filesystem;

namespace {

bool looks_like_database(const std::string& argument) {
  if (argument.starts_with("postgres://") || argument.starts_with("postgresql://")) return true;
  std::error_code error;
  return argument.find('=') != std::string::npos && !fs::exists(argument, error);
}

SourceType type_of_file(const std::string& path) {
  if (path.ends_with(".sql")) return SourceType::sql;
  if (path.ends_with(".json")) return SourceType::json;
  return SourceType::lp;
}

Result<SourceType> type_of_folder(const std::string& path) {
  bool lp = false, sql = false;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(path, fs::directory_options::skip_permission_denied, error)) {
    lp |= entry.path().extension() == ".lp";
    sql |= entry.path().extension() == ".sql";
  }
  if (lp && sql) return Failure{"LP7010", fmt::format("`{}` holds both .lp and .sql files", path), "name the files, or a folder with one kind of them", ""};
  if (!lp && !sql) return Failure{"LP7010", fmt::format("`{}` holds no .lp or .sql file", path), "name a folder with sources in it", ""};
  return sql ? SourceType::sql : SourceType::lp;
}

/// What `git …` prints. Arguments never pass through a shell unquoted.
Result<std::string> git(const std::vector<std::string>& arguments) {
  std::string command = "git";
  for (const std::string& argument : arguments) {
    command += " '";
    for (const char c : argument) command += c == '\'' ? std::string("'\\''") : std::string(1, c);
    command += '\'';
  }
  command += " 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), [](FILE*) { return 0; });
  std::string output;
  std::array<char, 65536> buffer;
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) output.append(buffer.data(), n);
  if (::pclose(pipe.get()) != 0) return Failure{"LP7014", "git can't give that source", "write git:REVISION:PATH, from inside the repository", output};
  return output;
}

struct Text {
  std::string name;
  std::string text;
};

/// The texts of a git source: the file, or every file of that extension under the folder, as of the revision.
Result<std::vector<Text>> git_texts(const SourceSpec& spec) {
  LP_TRY(const std::string listing, git({"ls-tree", "-r", "--name-only", "--full-name", spec.revision, "--", spec.path}));
  std::vector<Text> texts;
  for (const std::string& name : split(listing, '\n')) {
    if (name.empty() || (name != spec.path && type_of_file(name) != spec.type)) continue;
    if (spec.type == SourceType::lp && !name.ends_with(".lp")) continue;
    LP_TRY(std::string text, git({"show", spec.revision + ":" + name}));
    texts.push_back({fmt::format("git:{}:{}", spec.revision, name), std::move(text)});
  }
  if (texts.empty()) return Failure{"LP7014", fmt::format("revision `{}` has no `{}`", spec.revision, spec.path), "check the path; it starts at the repository's root or here", ""};
  return texts;
}

Result<std::vector<std::string>> sql_files(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(path, fs::directory_options::skip_permission_denied, error)) {
    if (entry.path().extension() == ".sql") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// The files of all specs, read into the source map.
Result<std::vector<FileId>> read_files(const std::vector<SourceSpec>& specs, Context& context) {
  std::vector<FileId> files;
  for (const SourceSpec& spec : specs) {
    if (!spec.revision.empty()) {
      LP_TRY(std::vector<Text> texts, git_texts(spec));
      for (Text& text : texts) files.push_back(context.sources.add(std::move(text.name), std::move(text.text)));
      continue;
    }
    LP_TRY(const std::vector<std::string> paths, spec.type == SourceType::sql ? sql_files(spec.path) : driver::lp_files(spec.path));
    for (const std::string& path : paths) {
      LP_TRY(const FileId file, context.sources.read(path));
      files.push_back(file);
    }
  }
  return files;
}

/// Runs SQL files in a shadow database and reads the outcome.
Result<Loaded> load_sql(const std::vector<FileId>& files, int like_server_version, Context& context) {
  LP_TRY(shadow::ShadowServer * server, context.shadow(like_server_version));
  LP_TRY(Catalog catalog, shadow::run_sql_sources(*server, files, context.sources, context.fragments, context.sink));
  plan::Scope scope = driver::scope_of(catalog, true);
  return Loaded{std::move(catalog), std::move(scope), true, server->server_version()};
}

Result<Loaded> load_json(const SourceSpec& spec, Context& context) {
  std::string text;
  if (!spec.revision.empty()) {
    LP_TRY(std::vector<Text> texts, git_texts(spec));
    text = std::move(texts.front().text);
  } else {
    LP_TRY(const FileId file, context.sources.read(spec.path));
    text = context.sources.at(file).text();
  }
  LP_TRY(Catalog catalog, catalog_from_json(text, kinds::attribute_names()));
  plan::Scope scope = driver::scope_of(catalog, true);
  return Loaded{std::move(catalog), std::move(scope), true, 0};
}

Result<std::vector<SourceSpec>> classify_all(const std::vector<std::string>& arguments) {
  std::vector<SourceSpec> specs;
  for (const std::string& argument : arguments) {
    LP_TRY(SourceSpec spec, classify(argument));
    specs.push_back(std::move(spec));
  }
  for (const SourceSpec& spec : specs) {
    const bool alone = spec.type == SourceType::database || spec.type == SourceType::json;
    if (spec.type != specs.front().type || (alone && specs.size() > 1)) {
      return Failure{"LP7001", "sources of different kinds can't be taken together", "name only .lp files and folders, or only .sql ones, or one database, or one catalog", ""};
    }
  }
  return specs;
}

/// What the program calls external, with all that these need, as the live database defines it.
Catalog with_externals(const Catalog& desired, const Catalog& live) {
  std::vector<ObjectId> externals;
  for (const Object& object : desired.objects()) {
    if (object.external) externals.push_back(object.id);
  }
  const Catalog found = plan::with_needs(live, externals);
  CatalogBuilder builder;
  for (const Object& object : desired.objects()) {
    if (!object.external || !found.has(object.id)) builder.add(object);
  }
  for (const Object& object : found.objects()) builder.add(object);
  return builder.finish();
}

/// The server's own words would be those of a syntax error.
Status refuse_newer_features(const Catalog& catalog, int server_version) {
  const std::vector<kinds::VersionNeed> needs = kinds::lacking(catalog, server_version);
  if (needs.empty()) return ok();
  constexpr std::size_t kMost = 10;
  std::string others;
  for (std::size_t i = 1; i < std::min(needs.size(), kMost); ++i) others += kinds::describe_need(needs[i], server_version) + "\n";
  return Failure{"LP5016", kinds::describe_need(needs.front(), server_version), "leave it out for this server, or upgrade the server", std::move(others)};
}

}  // namespace

Result<SourceSpec> classify(const std::string& argument) {
  if (looks_like_database(argument)) return SourceSpec{SourceType::database, argument, ""};
  if (argument.starts_with("git:")) {
    const std::size_t colon = argument.find(':', 4);
    if (colon == std::string::npos || colon == 4 || colon + 1 >= argument.size()) {
      return Failure{"LP7014", fmt::format("`{}` is no git source", argument), "write git:REVISION:PATH, such as git:main:schema.lp", ""};
    }
    const std::string path = argument.substr(colon + 1);
    return SourceSpec{type_of_file(path), path, argument.substr(4, colon - 4)};
  }
  std::error_code error;
  if (fs::is_directory(argument, error)) {
    LP_TRY(const SourceType type, type_of_folder(argument));
    return SourceSpec{type, argument, ""};
  }
  if (!fs::exists(argument, error)) {
    return Failure{"LP7010", fmt::format("can't read `{}`: no such file or folder", argument), "name a .lp, .sql or .json file, a folder, a postgres:// URL or git:REV:PATH", ""};
  }
  return SourceSpec{type_of_file(argument), argument, ""};
}

Result<Loaded> load_database(pg::Connection& connection, Context& context) {
  LP_TRY(Catalog catalog, introspect::introspect(connection, {}, context.fragments, context.sink));
  plan::Scope scope = driver::scope_of(catalog, false);
  return Loaded{std::move(catalog), std::move(scope), true, connection.server_version_num()};
}

Result<Loaded> load(const std::vector<std::string>& arguments, Context& context) {
  LP_TRY(const std::vector<SourceSpec> specs, classify_all(arguments));
  switch (specs.front().type) {
    case SourceType::database: {
      LP_TRY(pg::Connection connection, context.connect(specs.front().path));
      return load_database(connection, context);
    }
    case SourceType::json: return load_json(specs.front(), context);
    case SourceType::sql: {
      LP_TRY(const std::vector<FileId> files, read_files(specs, context));
      return load_sql(files, 0, context);
    }
    case SourceType::lp: break;
  }
  LP_TRY(const std::vector<FileId> files, read_files(specs, context));
  LP_TRY(driver::Program program, driver::compile(files, context.sources, context.fragments, context.sink));
  return Loaded{std::move(program.catalog), std::move(program.scope), false, 0};
}

Result<Loaded> load_canonical(const std::vector<std::string>& arguments, const Catalog* live, int like_server_version, Context& context) {
  LP_TRY(const std::vector<SourceSpec> specs, classify_all(arguments));
  if (specs.front().type == SourceType::sql) {
    LP_TRY(const std::vector<FileId> files, read_files(specs, context));
    return load_sql(files, like_server_version, context);
  }
  LP_TRY(Loaded loaded, load(arguments, context));
  if (loaded.canonical) return loaded;
  context.show_diagnostics();
  LP_TRY(shadow::ShadowServer * server, context.shadow(like_server_version));
  const Catalog whole = live ? with_externals(loaded.catalog, *live) : loaded.catalog;
  LP_DO(refuse_newer_features(whole, server->server_version()));
  LP_TRY(loaded.catalog, shadow::canonicalise(*server, whole, {.sources = &context.sources}, context.fragments, context.sink));
  loaded.canonical = true;
  loaded.server_version = server->server_version();
  return loaded;
}

}  // namespace lpc::cli
