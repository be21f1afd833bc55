#include <filesystem>
#include <unordered_set>

#include "sema/passes.h"

namespace lpc::sema {
namespace {

std::string normal(const std::filesystem::path& path) { return path.lexically_normal().generic_string(); }

/// `std.timestamps`: a module of the standard library, not a path.
bool is_module_name(const std::string& path) { return !path.ends_with(".lp") && path.find('/') == std::string::npos; }

}  // namespace

void add_imports(std::vector<ast::File>& files, const SourceMap& sources, const ImportReader& read, diag::Sink& sink) {
  std::unordered_set<std::string> seen;
  for (const ast::File& file : files) {
    if (file.file != kNoFile) seen.insert(normal(sources.at(file.file).path()));
  }
  // Files come to the end while the loop runs, so that imports of imports are followed; cycles end because a file is read once.
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::vector<ast::Import> imports = files[i].imports;
    for (const ast::Import& import : imports) {
      if (is_module_name(import.path)) {
        sink.add(diag::make(diag::Code::kNotSupported, import.span, fmt::format("import of the standard module `{}`", import.path)));
        continue;
      }
      const std::filesystem::path folder = std::filesystem::path(sources.at(files[i].file).path()).parent_path();
      const std::string path = normal(folder / import.path);
      if (!seen.insert(path).second) continue;
      if (std::optional<ast::File> file = read ? read(path) : std::nullopt) {
        files.push_back(*std::move(file));
      } else {
        sink.add(diag::make(diag::Code::kImportNotFound, import.span, import.path));
      }
    }
  }
}

}  // namespace lpc::sema
