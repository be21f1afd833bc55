#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <utility>

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
  explicit Placer(diag::Sink& sink) : sink_(sink) {}

  void place_file(ast::File file) {
    module_.files.push_back(file.file);
    const std::string owner = default_owner(file.declarations, "");
    for (ast::Decl& decl : file.declarations) {
      if (decl.kind == "schema") {
        place_schema(std::move(decl), owner);
      } else if (decl.kind == "grant" || decl.kind == "revoke") {
        sink_.add(diag::make(diag::Code::kUnknownDeclaration, decl.span, decl.kind).with_note("write it inside what it is about, such as `schema public { … }`"));
      } else {
        place_one(std::move(decl), "public", owner, false, false);
      }
    }
  }

  /// What is unqualified at top level is in `public`, and so public is managed only when something stands there.
  Module finish() {
    module_.schemas.assign(schemas_.begin(), schemas_.end());
    module_.implies_public = !public_declared_;
    if (module_.implies_public) {
      ast::Decl decl;
      decl.kind = "schema";
      decl.name.parts.push_back({"public", {}});
      decl.external = !schemas_.contains("public");
      const bool external = decl.external;
      module_.declarations.push_back({std::move(decl), "public", "", false, external});
    }
    return std::move(module_);
  }

 private:
  void place_schema(ast::Decl decl, const std::string& file_owner) {
    const std::string name = decl.name.last();
    if (name.starts_with("pg_") || name == "information_schema") {
      sink_.add(diag::make(diag::Code::kWrongValue, decl.name_span, "schema", "another name: those that begin with `pg_`, and `information_schema`, are Postgres's own"));
      return;
    }
    if (!decl.external) schemas_.insert(name);
    public_declared_ = public_declared_ || name == "public";
    const bool external = decl.external;
    const std::string owner = default_owner(decl.members, file_owner);
    // Grants of a schema block are the schema's own.
    std::vector<ast::Decl> inside = std::exchange(decl.members, {});
    const auto others = std::ranges::stable_partition(inside, [](const ast::Decl& member) { return member.kind == "grant" || member.kind == "revoke"; });
    decl.members.assign(std::move_iterator(inside.begin()), std::move_iterator(others.begin()));
    module_.declarations.push_back({std::move(decl), name, file_owner, false, external});
    for (ast::Decl& member : others) {
      if (member.kind == "schema") {
        sink_.add(diag::make(diag::Code::kUnknownDeclaration, member.span, "schema"));
        continue;
      }
      place_one(std::move(member), name, owner, true, external);
    }
  }

  void place_one(ast::Decl decl, const std::string& schema, const std::string& owner, bool in_block, bool in_external) {
    if (decl.kind == "default_owner") return;
    const bool external = decl.external || in_external;
    const bool has_schema = std::ranges::find(kSchemaless, decl.kind) == kSchemaless.end();
    if (has_schema && !external && decl.name.qualifier().empty()) schemas_.insert(schema);
    module_.declarations.push_back({std::move(decl), schema, owner, in_block, external});
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

  Module module_;
  diag::Sink& sink_;
  std::set<std::string> schemas_;
  bool public_declared_ = false;
};

}  // namespace

Module place(std::vector<ast::File> files, diag::Sink& sink) {
  Placer placer(sink);
  for (ast::File& file : files) placer.place_file(std::move(file));
  return placer.finish();
}

void check_schemas(const Module& module, diag::Sink& sink) {
  std::set<std::string> declared = {"public"};
  for (const Placed& placed : module.declarations) {
    if (placed.decl.kind == "schema") declared.insert(placed.schema);
  }
  for (const Placed& placed : module.declarations) {
    const std::string schema(placed.decl.name.qualifier());
    if (schema.empty() || placed.external || declared.contains(schema)) continue;
    const Span at = placed.decl.name.parts[placed.decl.name.parts.size() - 2].span;
    sink.add(diag::make(diag::Code::kUnknownSchema, at, schema).with_suggestion(schema, {declared.begin(), declared.end()}, at));
    // Once is enough for each name.
    declared.insert(schema);
  }
}

}  // namespace lpc::sema
