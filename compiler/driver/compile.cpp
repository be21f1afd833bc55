#include "driver/compile.h"

#include <algorithm>
#include <filesystem>

#include "frontend/parse.h"
#include "kinds/kind.h"
#include "lower/lower.h"

namespace lpc::driver {

namespace fs = std::filesystem;

plan::Scope scope_of(const Catalog& catalog, bool with_cluster) {
  plan::Scope scope;
  for (const Object& object : catalog.objects()) {
    const kinds::KindTraits& traits = kinds::kind(object.id.kind).traits;
    if (object.external) continue;
    if (traits.schemaless || (traits.cluster_wide && with_cluster)) scope.declared.push_back(object.id);
    const std::string& schema = object.id.kind == KindId::Schema ? object.id.name : object.id.schema;
    if (!schema.empty()) scope.schemas.push_back(schema);
  }
  std::sort(scope.schemas.begin(), scope.schemas.end());
  scope.schemas.erase(std::unique(scope.schemas.begin(), scope.schemas.end()), scope.schemas.end());
  std::sort(scope.declared.begin(), scope.declared.end());
  return scope;
}

namespace {

/// Whether a diagnostic says that something is missing, which may only be so because its declaration has an error of its own.
bool misses_something(diag::Code code) {
  switch (code) {
    case diag::Code::kUnknownRelation:
    case diag::Code::kUnknownType:
    case diag::Code::kUnknownColumn:
    case diag::Code::kUnknownFunction:
    case diag::Code::kUnknownSchema:
    case diag::Code::kUnknownRole:
    case diag::Code::kEmptyProgram: return true;
    default: return false;
  }
}

/// Hands on what the later stages found, each thing once; after syntax errors only what can't be their consequence.
void report(const diag::Sink& later, diag::Sink& sink) {
  const bool incomplete = sink.has_errors();
  for (const diag::Diagnostic& found : later.all()) {
    const auto same = [&](const diag::Diagnostic& other) { return other.code == found.code && other.span == found.span && other.message == found.message; };
    const bool known = std::any_of(sink.all().begin(), sink.all().end(), same);
    if (!known && !(incomplete && misses_something(found.code))) sink.add(found);
  }
}

}  // namespace

Result<Program> compile(const std::vector<FileId>& files, SourceMap& sources, frontend::FragmentParser& fragments, diag::Sink& sink) {
  std::vector<ast::File> trees;
  for (const FileId file : files) trees.push_back(frontend::parse(file, sources, sink));
  const auto read = [&](const std::string& path) -> std::optional<ast::File> {
    const Result<FileId> file = sources.read(path);
    if (!file) return std::nullopt;
    return frontend::parse(*file, sources, sink);
  };
  diag::Sink later;
  const sema::Module module = sema::analyze(std::move(trees), sources, read, later);
  Program program;
  program.catalog = lower::lower(module, fragments, later);
  report(later, sink);
  if (sink.has_errors()) return Failure::reported();
  program.scope = scope_of(program.catalog, true);
  for (const std::string& schema : module.schemas) program.scope.schemas.push_back(schema);
  std::sort(program.scope.schemas.begin(), program.scope.schemas.end());
  program.scope.schemas.erase(std::unique(program.scope.schemas.begin(), program.scope.schemas.end()), program.scope.schemas.end());
  return program;
}

Result<std::vector<std::string>> lp_files(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    if (!fs::exists(path, error)) return Failure{"LP7010", "can't read `" + path + "`: no such file or folder", "check the path", ""};
    return std::vector<std::string>{path};
  }
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(path, fs::directory_options::skip_permission_denied, error)) {
    if (entry.is_regular_file(error) && entry.path().extension() == ".lp") files.push_back(entry.path().string());
  }
  if (files.empty()) return Failure{"LP7010", "no .lp file under `" + path + "`", "name a .lp file, or a folder that holds some", ""};
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace lpc::driver
