#include <algorithm>
#include <array>
#include <set>

#include "sema/passes.h"

namespace lpc::sema {
namespace {

/// What stands in no schema, so that it doesn't make lpc manage the schema around it.
constexpr std::array kSchemaless = std::to_array<std::string_view>({
    "access_method", "cast", "default_owner", "default_privileges", "event_trigger", "extension", "foreign_data_wrapper", "grant",
    "language", "publication", "revoke", "role", "schema", "server", "subscription", "tablespace", "transform", "user_mapping",
});

class Placer {
 public:
  Placer(Module& module, diag::Sink& sink) : module_(module), sink_(sink) {}

  void place_file(const ast::File& file) {
    const std::string owner = default_owner(file.declarations, "");
    for (const ast::Decl& decl : file.declarations) {
      if (decl.kind == "schema") {
        place_schema(decl, owner);
      } else if (decl.kind == "grant" || decl.kind == "revoke") {
        sink_.add(diag::make(diag::Code::kUnknownDeclaration, decl.span, decl.kind).with_note("write it inside what it is about, such as `schema public { … }`"));
      } else {
        place_one(decl, "public", owner, false, false);
      }
    }
  }

  /// What is unqualified at top level is in `public`, and so public is managed only when something stands there.
  void finish() {
    module_.schemas.assign(schemas_.begin(), schemas_.end());
    if (public_declared_) return;
    module_.implied_public = std::make_unique<ast::Decl>();
    ast::Decl& decl = *module_.implied_public;
    decl.kind = "schema";
    decl.name.parts.push_back({"public", {}});
    decl.external = !schemas_.contains("public");
    module_.declarations.push_back({&decl, "public", "", false, decl.external});
  }

 private:
  void place_schema(const ast::Decl& decl, const std::string& file_owner) {
    const std::string& name = decl.name.last();
    if (name.starts_with("pg_") || name == "information_schema") {
      sink_.add(diag::make(diag::Code::kWrongValue, decl.name_span, "schema", "another name: those that begin with `pg_`, and `information_schema`, are Postgres's own"));
      return;
    }
    if (!decl.external) schemas_.insert(name);
    public_declared_ = public_declared_ || name == "public";
    module_.declarations.push_back({&decl, name, file_owner, false, decl.external});
    const std::string owner = default_owner(decl.members, file_owner);
    for (const ast::Decl& member : decl.members) {
      // Grants of a schema block are the schema's own.
      if (member.kind == "grant" || member.kind == "revoke") continue;
      if (member.kind == "schema") {
        sink_.add(diag::make(diag::Code::kUnknownDeclaration, member.span, "schema"));
        continue;
      }
      place_one(member, name, owner, true, decl.external);
    }
  }

  void place_one(const ast::Decl& decl, const std::string& schema, const std::string& owner, bool in_block, bool in_external) {
    if (decl.kind == "default_owner") return;
    const bool external = decl.external || in_external;
    const bool has_schema = std::ranges::find(kSchemaless, decl.kind) == kSchemaless.end();
    if (has_schema && !external && decl.name.qualifier().empty()) schemas_.insert(schema);
    module_.declarations.push_back({&decl, schema, owner, in_block, external});
  }

  std::string default_owner(const std::vector<ast::Decl>& declarations, const std::string& outer) {
    const ast::Decl* first = nullptr;
    for (const ast::Decl& decl : declarations) {
      if (decl.kind != "default_owner" || decl.name.empty()) continue;
      if (first != nullptr) {
        sink_.add(diag::make(diag::Code::kDuplicateDeclaration, decl.span, "default owner", decl.name.last()).with_note("first declared here", first->span));
      } else {
        first = &decl;
      }
    }
    return first == nullptr ? outer : first->name.last();
  }

  Module& module_;
  diag::Sink& sink_;
  std::set<std::string> schemas_;
  bool public_declared_ = false;
};

}  // namespace

void place(Module& module, diag::Sink& sink) {
  Placer placer(module, sink);
  for (const ast::File& file : module.files) placer.place_file(file);
  placer.finish();
}

void check_schemas(const Module& module, diag::Sink& sink) {
  std::set<std::string> declared = {"public"};
  for (const Placed& placed : module.declarations) {
    if (placed.decl->kind == "schema") declared.insert(placed.schema);
  }
  for (const Placed& placed : module.declarations) {
    const std::string schema(placed.decl->name.qualifier());
    if (schema.empty() || placed.external || declared.contains(schema)) continue;
    const Span at = placed.decl->name.parts[placed.decl->name.parts.size() - 2].span;
    sink.add(diag::make(diag::Code::kUnknownSchema, at, schema).with_suggestion(schema, {declared.begin(), declared.end()}, at));
    // Once is enough for each name.
    declared.insert(schema);
  }
}

}  // namespace lpc::sema
