// What a program means as a whole, before any kind looks at it: its files as one list of declarations, each with the schema it stands in, and
// the schemas that they make lpc's business. Knows no kind of object.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ast/ast.h"
#include "diag/sink.h"

namespace lpc::sema {

/// A top-level declaration or one of a schema block, in its place.
struct Placed {
  ast::Decl decl;                ///< of a schema without what stands in it, but for its grants
  std::string schema;            ///< the enclosing schema block's name, or "public"
  std::string default_owner;     ///< of `default owner x` in its file or an enclosing block; "" when unsaid
  bool in_block = false;         ///< inside a schema block, not at top level
  bool external = false;         ///< it, or the schema block around it, is `external`
};

struct Module {
  std::vector<FileId> files;
  std::vector<Placed> declarations;   ///< a schema before what stands in it
  bool implies_public = false;        ///< nobody declares `schema public`, which every database has: it is the last declaration
  std::vector<std::string> schemas;   ///< declared and not external, or used by a top-level declaration (public); sorted: the managed scope
};

/// Gives the parsed file of a path (relative paths as the importing file's folder makes them), or nothing when there is none. Only
/// called for files that aren't part of the program yet; it adds the text to the SourceMap.
using ImportReader = std::function<std::optional<ast::File>(const std::string& path)>;

/// Runs the passes in order: imports, placement, checks. Everything wrong is reported to the sink; what is right comes back.
Module analyze(std::vector<ast::File> files, const SourceMap& sources, const ImportReader& read, diag::Sink& sink);

}  // namespace lpc::sema
