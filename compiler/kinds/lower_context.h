// What a kind's `lower` hook works with: the catalog being built, where it stands, and how names of the sources become ids.
// Lowering needs no database: SQL stays as written (trimmed, outer parentheses off); a shadow server makes it canonical later.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ast/ast.h"
#include "catalog/catalog.h"
#include "diag/sink.h"
#include "frontend/sql_fragment.h"
#include "kinds/kind.h"

namespace lpc::kinds {

/// Names that the sources declare, found before anything is lowered, so that files may come in any order.
struct DeclaredNames {
  std::unordered_set<std::string> relations;   ///< "schema.name" of tables, views, sequences …; parts as they are, joined by '\0'
  std::unordered_set<std::string> types;       ///< enums, domains, composite types, and every relation but sequences
  std::unordered_set<std::string> routines;
  std::unordered_set<std::string> collations;
  std::unordered_set<std::string> dictionaries;  ///< of text search
  std::unordered_set<std::string> schemas;
  std::unordered_map<std::string, std::string> extensions;   ///< name -> the schema that it stands in
  static std::string key(std::string_view schema, std::string_view name);
};

class LowerContext {
 public:
  LowerContext(CatalogBuilder& catalog, diag::Sink& sink, frontend::FragmentParser& fragments, const DeclaredNames& names)
      : catalog(catalog), sink(sink), fragments(fragments), names(names) {}

  CatalogBuilder& catalog;
  diag::Sink& sink;
  frontend::FragmentParser& fragments;
  const DeclaredNames& names;
  std::string schema = "public";               ///< the enclosing schema block's, or public
  bool in_schema_block = false;
  bool external = false;                       ///< the declaration being lowered, or the schema block around it, is external
  std::string default_owner;                   ///< of `default owner x`; "" when unsaid
  Object* parent = nullptr;                    ///< the table, view or column whose member is being lowered
  const ast::Decl* parent_decl = nullptr;      ///< and its declaration

  // ---- names: unqualified ones are looked for in the enclosing schema, then public; otherwise they are taken to be in the enclosing schema
  std::string schema_of(const ast::Name& name) const;                 ///< for a declaration: its qualifier or the enclosing schema
  /// {schema, name} of a relation that is referred to.
  std::pair<std::string, std::string> relation(const ast::Name& name) const;
  std::string relation_text(const ast::Name& name) const;             ///< as SQL text: shop."Users"
  std::string routine_text(const ast::Name& name) const;              ///< qualified when the sources declare it or when written so
  std::string collation_text(const ast::Name& name) const;
  /// A text search dictionary; those of pg_catalog are unqualified.
  std::string dictionary_text(const ast::Name& name) const;
  /// The type in format_type()'s spelling; declared types get their schema.
  std::string type_text(std::string_view type) const;

  // ---- objects
  /// Adds the object (LP2002 naming both places when the id is taken; then null). Its parent is `parent` (put that to null around what stands in a
  /// schema though it is written inside a member list, such as a nested partition's table). Sets origin, doc comment, hints, owner (`owner x` or the
  /// default owner, when the kind has the attribute and the object no parent), `comment`, external, and grants/revokes written as members of the declaration
  /// (those with column lists go to the columns, see `column_grants`).
  Object* add(const ast::Decl& decl, ObjectId id);
  /// The comment, security labels and privileges that the declaration says, of what add() doesn't make.
  void set_what_hangs_on(const ast::Decl& decl, Object& object);
  /// Lowers `decl.members` with `parent` set, by dispatch on their declared kinds; grants and revokes were taken by add().
  void lower_members(const ast::Decl& decl, Object& parent);
  void lower(const ast::Decl& decl);

  // ---- clauses
  /// Checks the SQL of a value (LP1005 at its place) and gives its text: trimmed, outer parentheses stripped.
  std::string sql(const ast::Value& value, frontend::FragmentKind kind);
  /// `with (a = 1, toast.b = off)` as a map of option name to text.
  Map options(const ast::Clause& clause) const;
  /// LP3003 at the second when a clause of that word stands twice.
  const ast::Clause* once(const ast::Decl& decl, std::string_view word);
  void error(diag::Diagnostic diagnostic) { sink.add(std::move(diagnostic)); }

  /// Set by the driver of lowering (lower/lower.cpp).
  std::function<void(const ast::Decl&, LowerContext&)> dispatch;

 private:
  /// The schema of the search path (the enclosing one, public) in which the sources declare the name.
  std::optional<std::string> declared_in(const std::unordered_set<std::string>& declared, std::string_view name) const;
  /// `grants` and `revokes` from the declaration's members; for a column from those members of the parent's declaration that name it.
  void set_declared_grants(const ast::Decl& decl, Object& object);
  /// Grants on columns that have no declaration of their own (a view's, an inherited one): as if `column x` stood there.
  void lower_leftover_column_grants(const ast::Decl& decl, const Object& owner);
};

/// The last parts of the names that the clause lists; none when there is no such clause or list.
std::vector<std::string> names_in(const ast::Clause* clause);

}  // namespace lpc::kinds
