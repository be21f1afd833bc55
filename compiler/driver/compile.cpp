#include "driver/compile.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "frontend/parse.h"
#include "kinds/kind.h"
#include "lower/lower.h"

namespace lpc::driver {

namespace fs = std::filesystem;

namespace {

void add_declared_partitions(const Catalog& catalog, plan::Scope& scope) {
  for (const Object& object : catalog.objects()) {
    const auto attached_to = kinds::kind(object.id.kind).traits.attached_to;
    if (attached_to && std::binary_search(scope.external_partitions.begin(), scope.external_partitions.end(), attached_to(object))) scope.declared.push_back(object.id);
  }
}

}  // namespace

plan::Scope scope_of(const Catalog& catalog, bool with_cluster) {
  plan::Scope scope;
  for (const Object& object : catalog.objects()) {
    const kinds::KindTraits& traits = kinds::kind(object.id.kind).traits;
    if (object.external) continue;
    if (traits.schemaless || (traits.cluster_wide && with_cluster)) scope.declared.push_back(object.id);
    if (object.external_partitions) scope.external_partitions.push_back(object.id);
    const std::string& schema = object.id.kind == KindId::Schema ? object.id.name : object.id.schema;
    if (!schema.empty() && (scope.schemas.empty() || scope.schemas.back() != schema)) scope.schemas.push_back(schema);
  }
  std::sort(scope.schemas.begin(), scope.schemas.end());
  scope.schemas.erase(std::unique(scope.schemas.begin(), scope.schemas.end()), scope.schemas.end());
  std::sort(scope.external_partitions.begin(), scope.external_partitions.end());
  add_declared_partitions(catalog, scope);
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

bool is_word_byte(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (static_cast<unsigned char>(c) & 0x80) != 0; }

/// The next place of the whole word in the text, or npos.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from) {
  for (std::size_t at = text.find(word, from); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_word_byte(text[at - 1])) && (end == text.size() || !is_word_byte(text[end]))) return at;
  }
  return std::string_view::npos;
}

/// What is missing: the last name in the message's first backquotes; "" when there is none.
std::string missing_word(const diag::Diagnostic& found) {
  const std::size_t end = misses_something(found.code) ? found.message.find('`', found.message.find('`') + 1) : std::string::npos;
  if (end == std::string::npos) return "";
  std::size_t begin = end;
  while (begin > 0 && is_word_byte(found.message[begin - 1])) --begin;
  return found.message.substr(begin, end - begin);
}

/// Whether what is missing may stand in a declaration that a mistake keeps from being read: the sources have its name more than once.
bool may_be_consequence(const diag::Diagnostic& found, const SourceMap& sources) {
  if (!misses_something(found.code)) return false;
  const std::string word = missing_word(found);
  std::size_t count = 0;
  for (std::size_t file = 0; file < sources.size() && !word.empty(); ++file) {
    const std::string_view text = sources.at(static_cast<FileId>(file)).text();
    for (std::size_t at = find_word(text, word, 0); at != std::string_view::npos; at = find_word(text, word, at + 1)) ++count;
  }
  return count != 1;
}

/// Moves the place from the declaration to the word in it that means nothing.
void place_at_word(diag::Diagnostic& found, const SourceMap& sources) {
  const std::string word = missing_word(found);
  if (word.empty() || found.span.is_nowhere()) return;
  const std::size_t at = find_word(sources.at(found.span.file).text(), word, found.span.begin);
  if (at == std::string_view::npos) return;
  found.span.begin = static_cast<std::uint32_t>(at);
  found.span.end = static_cast<std::uint32_t>(at + word.size());
}

/// Hands on what the later stages found, each thing once; after syntax errors only what can't be their consequence.
void report(const diag::Sink& later, const SourceMap& sources, diag::Sink& sink) {
  const bool incomplete = sink.has_errors();
  for (diag::Diagnostic found : later.all()) {
    place_at_word(found, sources);
    const auto same = [&](const diag::Diagnostic& other) { return other.code == found.code && other.span == found.span && other.message == found.message; };
    const bool known = std::any_of(sink.all().begin(), sink.all().end(), same);
    if (!known && !(incomplete && may_be_consequence(found, sources))) sink.add(std::move(found));
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
  sema::Module module = sema::analyze(std::move(trees), sources, read, later);
  const std::vector<std::string> schemas(module.schemas.begin(), module.schemas.end());
  Program program;
  program.catalog = lower::lower(std::move(module), fragments, later);
  report(later, sources, sink);
  if (sink.has_errors()) return Failure::reported();
  program.scope = scope_of(program.catalog, true);
  for (const std::string& schema : schemas) program.scope.schemas.push_back(schema);
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
