#include "lower/lower.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/sql.h"
#include "base/text.h"
#include "kinds/kind.h"
#include "kinds/lower_context.h"

namespace lpc::lower {
namespace {

/// Words of declarations that the language has and this version has no kind for.
constexpr std::array kLaterWords = std::to_array<std::string_view>({
    "mix", "mixin", "multirange_type",
});

std::string spoken_word(std::string_view word) {
  std::string text(word);
  std::ranges::replace(text, '_', ' ');
  return text;
}

void report_unknown(const ast::Decl& decl, diag::Sink& sink) {
  const std::string word = spoken_word(decl.kind);
  if (std::ranges::find(kLaterWords, decl.kind) != kLaterWords.end()) {
    sink.add(diag::make(diag::Code::kNotSupported, decl.span, fmt::format("`{}`", word)));
    return;
  }
  std::vector<std::string> words;
  for (const kinds::Kind* kind : kinds::all_kinds()) {
    for (const std::string_view declared : kind->declared_as) words.push_back(spoken_word(declared));
  }
  diag::Diagnostic diagnostic = diag::make(diag::Code::kUnknownDeclaration, decl.span, word);
  if (const auto near = nearest(word, words)) diagnostic.notes.push_back({fmt::format("did you mean `{}`?", *near), {}});
  sink.add(std::move(diagnostic));
}

/// A member may mean something else in each parent: `column` in a view is no table column.
void dispatch(const ast::Decl& decl, kinds::LowerContext& context) {
  const kinds::Kind* kind = nullptr;
  if (context.parent_decl != nullptr) {
    std::string word = context.parent_decl->kind;
    word.append("_").append(decl.kind);
    kind = kinds::kind_declared_as(word);
  }
  if (kind == nullptr) kind = kinds::kind_declared_as(decl.kind);
  if (kind == nullptr) {
    report_unknown(decl, context.sink);
  } else {
    kind->lower(decl, context);
  }
}

/// Fills the sets from what each kind says it would occupy.
class NameCollector {
 public:
  explicit NameCollector(kinds::DeclaredNames& names) : names_(names) {}

  void take(const ast::Decl& decl, const std::string& schema) {
    if (decl.kind == "schema") names_.schemas.insert(schema);
    if (decl.kind == "extension") {
      const ast::Clause* in = decl.clause("in_schema");
      const ast::Value* name = in == nullptr ? nullptr : in->value(ast::Shape::name);
      names_.extensions.emplace(decl.name.last(), name == nullptr ? "public" : name->name.last());
    }
    const kinds::Kind* kind = kinds::kind_declared_as(decl.kind);
    if (kind != nullptr && kind->slots != nullptr && !decl.name.empty()) take_slots(*kind, decl, schema);
    for (const ast::Decl& member : decl.members) {
      // Partitions are tables of their own, written inside the one that they belong to.
      if (member.kind == "partition") take_partition(member, schema);
    }
  }

 private:
  static std::string schema_of(const ast::Decl& decl, const std::string& schema) {
    return decl.name.qualifier().empty() ? schema : std::string(decl.name.qualifier());
  }

  void take_partition(const ast::Decl& decl, const std::string& schema) {
    const std::string key = kinds::DeclaredNames::key(schema_of(decl, schema), decl.name.last());
    names_.relations.insert(key);
    names_.types.insert(key);
    for (const ast::Decl& member : decl.members) {
      if (member.kind == "partition") take_partition(member, schema);
    }
  }

  void take_slots(const kinds::Kind& kind, const ast::Decl& decl, const std::string& schema) {
    Object probe;
    probe.id = {kind.id, schema_of(decl, schema), decl.name.last(), "", ""};
    const std::string key = kinds::DeclaredNames::key(probe.id.schema, probe.id.name);
    for (const std::string& slot : kind.slots(probe)) {
      if (slot.starts_with("relation ")) names_.relations.insert(key);
      if (slot.starts_with("type ")) names_.types.insert(key);
      if (slot.starts_with("routine ")) names_.routines.insert(key);
      if (slot.starts_with("collation ")) names_.collations.insert(key);
      if (slot.starts_with("text search dictionary ")) names_.dictionaries.insert(key);
    }
  }

  kinds::DeclaredNames& names_;
};

kinds::DeclaredNames declared_names(const sema::Module& module) {
  kinds::DeclaredNames names;
  NameCollector collector(names);
  for (const sema::Placed& placed : module.declarations) collector.take(placed.decl, placed.schema);
  return names;
}

/// LP2002 for two objects that want one name, such as a table and a view.
void check_slots(CatalogBuilder& builder, diag::Sink& sink) {
  std::unordered_map<std::string, const Object*> taken;
  for (const Object* object : builder.objects()) {
    const kinds::Kind& kind = kinds::kind(object->id.kind);
    if (kind.slots == nullptr) continue;
    for (std::string& slot : kind.slots(*object)) {
      const auto [entry, is_new] = taken.emplace(std::move(slot), object);
      if (is_new) continue;
      const Object* first = entry->second;
      sink.add(diag::make(diag::Code::kDuplicateDeclaration, object->origin, kind_name(object->id.kind), object->id.path())
                   .with_note(fmt::format("{} has the name already", first->id.text()), first->origin));
      break;
    }
  }
}

}  // namespace

Catalog lower(sema::Module module, frontend::FragmentParser& fragments, diag::Sink& sink) {
  CatalogBuilder builder;
  const kinds::DeclaredNames names = declared_names(module);
  kinds::LowerContext context(builder, sink, fragments, names);
  context.dispatch = dispatch;
  for (sema::Placed& placed : module.declarations) {
    const ast::Decl decl = std::move(placed.decl);    // goes when it is lowered: the trees take as much memory as the catalog
    context.schema = placed.schema;
    context.in_schema_block = placed.in_block;
    context.default_owner = placed.default_owner;
    context.external = placed.external;
    dispatch(decl, context);
    builder.share_new();
  }
  module = {};
  normalise(builder);
  check_slots(builder, sink);
  link(builder, fragments, LinkMode::declared, sink);
  return builder.finish();
}

void normalise(CatalogBuilder& builder) {
  for (const kinds::Kind* kind : kinds::all_kinds()) {
    if (kind->normalise != nullptr) kind->normalise(builder);
  }
}

}  // namespace lpc::lower
