#include "sema/passes.h"

namespace lpc::sema {

Module analyze(std::vector<ast::File> files, const SourceMap& sources, const ImportReader& read, diag::Sink& sink) {
  add_imports(files, sources, read, sink);
  check_names_and_hints(files, sink);
  Module module = place(std::move(files), sink);
  check_schemas(module, sink);
  check_not_empty(module, sources, sink);
  return module;
}

}  // namespace lpc::sema
