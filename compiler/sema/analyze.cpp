#include "sema/passes.h"

namespace lpc::sema {

Module analyze(std::vector<ast::File> files, const SourceMap& sources, const ImportReader& read, diag::Sink& sink) {
  Module module;
  add_imports(files, sources, read, sink);
  module.files = std::move(files);
  place(module, sink);
  check_names_and_hints(module, sink);
  check_schemas(module, sink);
  check_not_empty(module, sources, sink);
  return module;
}

}  // namespace lpc::sema
