// From the names that objects hold to the objects that they mean.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <future>
#include <optional>
#include <set>

#include "base/sql.h"
#include "base/text.h"
#include "kinds/kind.h"
#include "kinds/link_context.h"
#include "kinds/names.h"
#include "lower/lower.h"
#include "lower/names.h"

namespace lpc::lower {
namespace {

using frontend::FragmentKind;
using Space = NameIndex::Space;

bool is_system_schema(std::string_view schema) { return schema.starts_with("pg_") || schema == "information_schema"; }

/// Columns that every table has: https://www.postgresql.org/docs/15/ddl-system-columns.html
bool is_system_column(std::string_view name) {
  constexpr std::array kNames = std::to_array<std::string_view>({"cmax", "cmin", "ctid", "tableoid", "xmax", "xmin"});
  return std::ranges::find(kNames, name) != kNames.end();
}

bool holds_word(std::string_view text, std::string_view word) { return to_lower_ascii(text).find(word) != std::string::npos; }

bool stands_in_string(std::string_view text, std::uint32_t offset) {
  return offset >= text.size() || text[offset] == '\'' || text.substr(offset, 2) == "E'" || text.substr(offset, 2) == "e'";
}

class Linker final : public kinds::LinkContext {
 public:
  Linker(CatalogBuilder& builder, NameIndex& names, frontend::FragmentParser& fragments, LinkMode mode, diag::Sink& sink)
      : builder_(builder), fragments_(fragments), names_(names), declared_(mode == LinkMode::declared), sink_(sink) {}

  void link(Object& object) {
    begin(object);
    if (declared_) {
      link_attributes();
    } else {
      link_unsaid();
    }
    if (const kinds::EdgesFn edges = kinds::kind(object.id.kind).edges) edges(object, *this);
    finish();
  }

  // ---- what kinds say -------------------------------------------------------------------------------------------------------

  void object(const ObjectId& id) override {
    if (!declared_) return;
    if (const Object* target = builder_.find(id)) depend(*target);
  }

  void type(std::string_view type) override {
    if (!declared_) return;
    const frontend::SqlName name = frontend::type_name(type);
    if (!name.parts.empty()) type_named(name.parts);
  }

  void relation(std::string_view text) override {
    if (!declared_) return;
    const std::vector<std::string> parts = kinds::name_parts(text);
    if (parts.empty()) return;
    const auto& found = names_.find(Space::relation, parts, own_schema_);
    for (const Object* target : found) depend(*target);
    if (found.empty()) unknown_relation(parts);
  }

  void column(std::string_view relation_text, std::string_view column) override {
    if (!declared_) return;
    const auto& found = names_.find(Space::relation, kinds::name_parts(relation_text), own_schema_);
    if (found.empty()) return;
    column_of(*found.front(), column, true);
  }

  void routine(std::string_view text) override {
    if (!declared_) return;
    routine_named(kinds::name_parts(text), true);
  }

  void collation(std::string_view text) override {
    if (!declared_) return;
    for (const Object* target : names_.find(Space::collation, kinds::name_parts(text), own_schema_)) depend(*target);
  }

  /// In both modes: pg_depend says nothing of what belongs to the cluster.
  void role(std::string_view name) override {
    if (const Object* target = names_.role(name)) depend(*target);
  }

  void sql(FragmentKind kind, std::string_view text) override {
    if (!declared_ && !names_.has_casts()) return;
    const frontend::References& references = fragments_.parse(kind, text).references;
    if (!declared_) return mention_casts(references);
    std::vector<const Object*> relations;
    for (const frontend::SqlName& name : references.relations) {
      const auto& found = names_.find(Space::relation, name.parts, own_schema_);
      // The constant of nextval() may name the sequence of an identity column, which nobody declares.
      if (found.empty() && !stands_in_string(text, name.offset)) unknown_relation(name.parts);
      for (const Object* target : found) {
        depend(*target);
        relations.push_back(target);
      }
    }
    for (const frontend::SqlName& name : references.types) type_named(name.parts);
    mention_casts(references);
    for (const frontend::SqlName& name : references.functions) routine_named(name.parts, false);
    for (const frontend::SqlName& name : references.collations) {
      for (const Object* target : names_.find(Space::collation, name.parts, own_schema_)) depend(*target);
    }
    // Which of the operators of a name is meant depends on its operands' types, so this is but a wish: it comes first if that can be.
    for (const frontend::SqlName& name : references.operators) {
      for (const Object* target : names_.find(Space::operation, name.parts, own_schema_)) add(*target, mentions_);
      // A partition key names its operator classes in that place.
      for (const Object* target : names_.operator_classes(name.parts)) depend(*target);
    }
    columns(kind, text, references, relations);
  }

  void body(FragmentKind kind, std::string_view text) override {
    const frontend::References& references = fragments_.parse(kind, text).references;
    const auto mention_all = [&](Space space, const std::vector<frontend::SqlName>& names) {
      for (const frontend::SqlName& name : names) {
        for (const Object* target : names_.find(space, name.parts, own_schema_)) add(*target, mentions_);
      }
    };
    mention_all(Space::relation, references.relations);
    mention_all(Space::type, references.types);
    mention_all(Space::routine, references.functions);
  }

 private:
  void begin(Object& object) {
    object_ = &object;
    own_schema_ = object.id.schema.empty() ? std::string_view("public") : std::string_view(object.id.schema);
    depends_.clear();
    mentions_.clear();
    reported_.clear();
  }

  /// The lists sorted, each id once.
  void finish() {
    const auto merge = [](std::vector<ObjectId>& into, const std::set<ObjectId>& from) {
      into.insert(into.end(), from.begin(), from.end());
      std::sort(into.begin(), into.end());
      into.erase(std::unique(into.begin(), into.end()), into.end());
    };
    merge(object_->depends_on, depends_);
    std::erase_if(mentions_, [&](const ObjectId& id) { return std::binary_search(object_->depends_on.begin(), object_->depends_on.end(), id); });
    merge(object_->mentions, mentions_);
  }

  /// The table, view or domain that the object is a part of, or the object itself.
  const Object& holder() const {
    const Object* holder = object_;
    while (holder->parent) {
      const Object* outer = builder_.find(*holder->parent);
      if (outer == nullptr) break;
      holder = outer;
    }
    return *holder;
  }

  void link_attributes() {
    const kinds::Kind& kind = kinds::kind(object_->id.kind);
    for (const auto& [name, value] : object_->attributes) {
      const kinds::AttributeRule* rule = kinds::rule(kind, name);
      if (rule != nullptr) link_attribute(*rule, value);
    }
  }

  /// What pg_depend doesn't say: it knows nothing of what belongs to the cluster, and of a cast that an expression uses only the function.
  void link_unsaid() {
    std::optional<std::vector<const kinds::AttributeRule*>>& rules = unsaid_[static_cast<std::size_t>(object_->id.kind)];
    if (!rules) rules = rules_of_unsaid(kinds::kind(object_->id.kind));
    for (const kinds::AttributeRule* rule : *rules) {
      if (const Value* value = object_->attributes.find(rule->name)) link_attribute(*rule, *value);
    }
  }

  std::vector<const kinds::AttributeRule*> rules_of_unsaid(const kinds::Kind& kind) const {
    using kinds::Content;
    std::vector<const kinds::AttributeRule*> rules;
    for (const kinds::AttributeRule& rule : kind.attributes) {
      const bool names_roles = rule.content == Content::role || rule.content == Content::privileges;
      const bool may_cast = names_.has_casts() && (rule.content == Content::expression || rule.content == Content::query || rule.content == Content::statement);
      if (names_roles || may_cast) rules.push_back(&rule);
    }
    return rules;
  }

  void mention_casts(const frontend::References& references) {
    for (const frontend::SqlName& name : references.types) {
      for (const Object* cast : names_.casts(name.parts)) add(*cast, mentions_);
    }
  }

  void link_attribute(const kinds::AttributeRule& rule, const Value& value) {
    using kinds::Content;
    switch (rule.content) {
      case Content::role: role(value.text()); break;
      case Content::roles:
        for (const std::string& name : value.texts()) role(name);
        break;
      case Content::type: type(value.text()); break;
      case Content::expression: sql(FragmentKind::expression, value.text()); break;
      case Content::query: sql(FragmentKind::query, value.text()); break;
      case Content::statement: sql(FragmentKind::statement, value.text()); break;
      case Content::relation: relation(value.text()); break;
      case Content::relations:
        for (const std::string& name : value.texts()) relation(name);
        break;
      case Content::routine: routine(value.text()); break;
      case Content::collation: collation(value.text()); break;
      case Content::privileges: grantees(value); break;
      case Content::flag:
      case Content::integer:
      case Content::text:
      case Content::name:
      case Content::names:
      case Content::list:
      case Content::map: break;
    }
  }

  void grantees(const Value& lists) {
    for (const auto& [grantee, privileges] : lists.map()) {
      role(grantee);
      for (const std::string& privilege : privileges.texts()) {
        if (const std::size_t by = privilege.find(" by "); by != std::string::npos) role(std::string_view(privilege).substr(by + 4));
      }
    }
  }

  // ---- edges ------------------------------------------------------------------------------------------------------------------

  void depend(const Object& target) { add(target, depends_); }

  void add(const Object& target, std::set<ObjectId>& edges) {
    // What holds the object comes first anyway, and what it holds itself comes after.
    for (const Object* outer = object_; outer != nullptr; outer = outer->parent ? builder_.find(*outer->parent) : nullptr) {
      if (outer == &target) return;
    }
    for (const Object* outer = &target; outer->parent;) {
      if (*outer->parent == object_->id) return;
      outer = builder_.find(*outer->parent);
      if (outer == nullptr) break;
    }
    edges.insert(target.id);
  }

  void type_named(const std::vector<std::string>& parts) {
    if (parts.size() == 1 && names_.find(Space::type, parts, own_schema_).empty() && frontend::is_builtin_type(ident(parts[0]).text)) return;
    const auto& found = names_.find(Space::type, parts, own_schema_);
    for (const Object* target : found) depend(*target);
    if (!found.empty()) return;
    if (const Object* extension = names_.extension(kinds::extension_of_type(parts.back()))) depend(*extension);
    unknown_type(parts);
  }

  /// `certain`: it can only be a function or procedure; in an expression it may be an aggregate, too.
  void routine_named(const std::vector<std::string>& parts, bool certain) {
    const auto& found = names_.find(Space::routine, parts, own_schema_);
    for (const Object* target : found) depend(*target);
    if (found.empty() && certain) unknown_routine(parts);
  }

  void columns(FragmentKind kind, std::string_view text, const frontend::References& references, const std::vector<const Object*>& relations) {
    const bool own_columns = kind != FragmentKind::query && kind != FragmentKind::statement && kind != FragmentKind::atomic_body;
    // In a subquery a name may be anything's.
    const Object& holder = this->holder();
    const bool certain = own_columns && &holder != object_ && relations.empty() && !holds_word(text, "select");
    for (const frontend::SqlName& name : references.columns) {
      const std::string& column = name.parts.back();
      const std::string_view qualifier = name.parts.size() < 2 ? std::string_view() : std::string_view(name.parts[name.parts.size() - 2]);
      if (own_columns && (qualifier.empty() || qualifier == holder.id.name || qualifier == "new" || qualifier == "old")) {
        const bool is_row = qualifier.empty() && column == holder.id.name;
        column_of(holder, column, certain && qualifier.empty() && !is_row);
      }
      const bool names_relation = std::ranges::any_of(relations, [&](const Object* relation) { return relation->id.name == qualifier; });
      for (const Object* relation : relations) {
        if (names_relation && relation->id.name != qualifier) continue;
        if (const Object* found = names_.column(relation->id, column)) uses_column(*found);
      }
    }
  }

  void column_of(const Object& relation, std::string_view column, bool certain) {
    if (const Object* found = inherited_column(relation, column, 0)) {
      uses_column(*found);
    } else if (certain && knows_all_columns(relation) && !is_system_column(column)) {
      unknown_column(relation, column);
    }
  }

  /// A key, an index, an ORDER BY takes the default operator class of the column's type, an expression its casts: they come first if that can be.
  void uses_column(const Object& column) {
    depend(column);
    const std::vector<std::string> type = frontend::type_name(column.attributes.text("type")).parts;
    for (const Object* cast : names_.casts(type)) add(*cast, mentions_);
    for (const Object* operator_class : names_.operator_classes_for(type)) add(*operator_class, mentions_);
  }

  /// The column that the relation has by itself or from a parent (`inherits`, or `of` of an attachment as a partition).
  const Object* inherited_column(const Object& relation, std::string_view column, int depth) {
    constexpr int kDeepestTree = 16;
    if (const Object* found = names_.column(relation.id, column)) return found;
    if (depth == kDeepestTree) return nullptr;
    std::vector<std::string> parents = relation.attributes.texts("inherits");
    for (const Object* child : builder_.children(relation.id)) {
      if (child->id.member.empty() && child->attributes.has("of")) parents.push_back(child->attributes.text("of"));
    }
    for (const std::string& parent : parents) {
      for (const Object* target : names_.find(Space::relation, kinds::name_parts(parent), relation.id.schema)) {
        if (const Object* found = inherited_column(*target, column, depth + 1)) return found;
      }
    }
    return nullptr;
  }

  /// False when columns may come from elsewhere: a parent table, a type, a query.
  bool knows_all_columns(const Object& relation) {
    const Attributes& attributes = relation.attributes;
    if (relation.external || !attributes.has("columns") || attributes.has("inherits") || attributes.has("of_type")) return false;
    const std::vector<std::string> names = names_.columns(relation.id);
    if (names.empty() || attributes.texts("columns").size() > names.size()) return false;
    // An attachment as a partition is a part without a name of its own.
    return std::ranges::none_of(builder_.children(relation.id), [](const Object* child) { return child->id.member.empty() && child->attributes.has("of"); });
  }

  // ---- names that mean nothing ------------------------------------------------------------------------------------------------

  bool first_report(std::string what) { return reported_.insert(std::move(what)).second; }

  void report(diag::Code code, const std::vector<std::string>& parts, Space space) {
    const std::string dotted = lpc::join(parts, ".");
    if (!first_report(dotted)) return;
    diag::Diagnostic diagnostic = diag::make(code, object_->origin, dotted);
    const std::string_view schema = parts.size() < 2 ? own_schema_ : std::string_view(parts[parts.size() - 2]);
    if (const auto near = nearest(parts.back(), names_.names_near(space, schema))) diagnostic.notes.push_back({fmt::format("did you mean `{}`?", *near), {}});
    sink_.add(std::move(diagnostic));
  }

  /// Whether a name that the sources don't declare may still exist where they are built: in a system schema, or as a part of an extension.
  bool may_exist(const std::vector<std::string>& parts) const {
    if (object_->external || parts.size() > 2) return true;
    if (parts.size() == 1) return parts[0].starts_with("pg_") || parts[0].starts_with('_') || names_.has_extensions();
    if (is_system_schema(parts[0])) return true;
    return names_.has_extensions() && (names_.may_hold_extension(parts[0]) || !names_.is_managed(parts[0]));
  }

  void unknown_relation(const std::vector<std::string>& parts) {
    if (!may_exist(parts)) report(diag::Code::kUnknownRelation, parts, Space::relation);
  }

  void unknown_type(const std::vector<std::string>& parts) {
    if (parts.size() == 1 && (parts[0] == "record" || parts[0] == "trigger" || parts[0] == "void")) return;
    if (!may_exist(parts)) report(diag::Code::kUnknownType, parts, Space::type);
  }

  void unknown_routine(const std::vector<std::string>& parts) {
    // Unqualified it may be any of Postgres's own, which are many; a cast may look like a call.
    if (parts.size() != 2 || may_exist(parts) || !names_.is_managed(parts[0])) return;
    if (names_.find(Space::type, parts, own_schema_).empty()) report(diag::Code::kUnknownFunction, parts, Space::routine);
  }

  void unknown_column(const Object& relation, std::string_view column) {
    const std::string table = relation.id.path();
    if (!first_report(fmt::format("{}.{}", table, column))) return;
    diag::Diagnostic diagnostic = diag::make(diag::Code::kUnknownColumn, object_->origin, table, column);
    if (const auto near = nearest(column, names_.columns(relation.id))) diagnostic.notes.push_back({fmt::format("did you mean `{}`?", *near), {}});
    sink_.add(std::move(diagnostic));
  }

  CatalogBuilder& builder_;
  frontend::FragmentParser& fragments_;
  NameIndex& names_;
  bool declared_;
  diag::Sink& sink_;

  Object* object_ = nullptr;
  std::string_view own_schema_;
  std::set<ObjectId> depends_;
  std::set<ObjectId> mentions_;
  std::set<std::string> reported_;
  std::array<std::optional<std::vector<const kinds::AttributeRule*>>, kKindCount> unsaid_;    ///< of each kind, the rules that link_unsaid() is about
};

/// A type's definition (a part of the same kind as the whole) needs functions that speak of the type: what these need is the type as a whole, which comes first.
void untie(CatalogBuilder& builder) {
  for (const Object* part : builder.objects()) {
    if (!part->parent || part->parent->kind != part->id.kind) continue;
    for (const ObjectId& need : part->depends_on) {
      Object* needed = builder.find(need);
      if (needed == nullptr || std::erase(needed->depends_on, part->id) == 0) continue;
      const auto place = std::ranges::lower_bound(needed->depends_on, *part->parent, [](const ObjectId& a, const ObjectId& b) { return a < b; });
      if (place == needed->depends_on.end() || *place != *part->parent) needed->depends_on.insert(place, *part->parent);
    }
  }
}

}  // namespace

void link(CatalogBuilder& builder, frontend::FragmentParser& fragments, LinkMode mode, diag::Sink& sink) {
  constexpr std::size_t kWorthAThread = 8000;
  NameIndex names(builder);
  const std::vector<Object*> objects = builder.objects();
  const auto link_every = [&](std::size_t step, std::size_t first, frontend::FragmentParser& parser) {
    Linker linker(builder, names, parser, mode, sink);
    for (std::size_t i = first; i < objects.size(); i += step) linker.link(*objects[i]);
  };
  // In a catalog that was read, each object is linked by itself: nothing is reported, and of the others only ids and parents are read.
  if (mode == LinkMode::introspected && objects.size() >= kWorthAThread) {
    const auto other = std::async(std::launch::async, [&] {
      frontend::FragmentParser parser;
      link_every(2, 1, parser);
    });
    link_every(2, 0, fragments);
    other.wait();
  } else {
    link_every(1, 0, fragments);
  }
  untie(builder);
}

}  // namespace lpc::lower
