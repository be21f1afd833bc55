// The passes of analyze(), each one question asked of the whole program.
#pragma once

#include "sema/module.h"

namespace lpc::sema {

/// Adds the files that imports name, and those that these import, each once.
void add_imports(std::vector<ast::File>& files, const SourceMap& sources, const ImportReader& read, diag::Sink& sink);

/// The declarations of the files, each in its schema.
Module place(std::vector<ast::File> files, diag::Sink& sink);

/// Names that Postgres would cut, hints that don't exist.
void check_names_and_hints(const std::vector<ast::File>& files, diag::Sink& sink);

/// Schemas that declarations name but nobody declares.
void check_schemas(const Module& module, diag::Sink& sink);

/// A program without declarations, which would drop everything.
void check_not_empty(const Module& module, const SourceMap& sources, diag::Sink& sink);

}  // namespace lpc::sema
