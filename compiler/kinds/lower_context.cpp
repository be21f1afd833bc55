#include "kinds/lower_context.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/sql_scan.h"
#include "base/text.h"
#include "kinds/common.h"
#include "kinds/names.h"
#include "kinds/security_labels.h"

namespace lpc::kinds {
namespace {

std::string own_name(const ast::Decl& decl) { return decl.name.empty() ? decl.kind : fmt::format("{} `{}`", decl.kind, decl.name.dotted()); }

/// The option's value as the server keeps it in reloptions: text. A bare name means true.
/// https://www.postgresql.org/docs/15/sql-createtable.html#SQL-CREATETABLE-STORAGE-PARAMETERS
std::string option_text(const ast::Value& option) {
  if (option.items.empty()) return "true";
  const ast::Value& value = option.items.front();
  return value.shape == ast::Shape::name ? value.name.dotted() : value.text;
}

void set_comment(const ast::Decl& decl, const Kind& kind, Object& object, LowerContext& context) {
  if (rule(kind, "comment") == nullptr) return;
  const ast::Clause* clause = decl.clause("comment");
  if (clause != nullptr && decl.doc) {
    context.error(diag::make(diag::Code::kConflictingClauses, clause->span, own_name(decl), "---", "comment"));
    return;
  }
  const ast::Value* said = clause == nullptr ? nullptr : clause->value(ast::Shape::string);
  const std::string text = said != nullptr ? said->text : decl.doc.value_or("");
  // COMMENT ON … IS '' is the same as NULL: https://www.postgresql.org/docs/15/sql-comment.html
  if (!text.empty()) object.attributes.set("comment", text);
}

/// `security label provider '…'`
void set_security_labels(const ast::Decl& decl, const Kind& kind, Object& object, LowerContext& context) {
  Map labels;
  for (const ast::Clause* clause : decl.all("security_label")) {
    const ast::Value* provider = clause->value(ast::Shape::name);
    const ast::Value* label = clause->value(ast::Shape::string);
    if (clause->word_value() != "label") {
      context.error(diag::make(diag::Code::kUnexpectedInput, clause->span, "`security " + std::string(clause->word_value()) + "`", "`security label`"));
    } else if (rule(kind, kSecurityLabelsRule.name) == nullptr) {
      context.error(diag::make(diag::Code::kNotSupported, clause->span, fmt::format("a security label on {} `{}`", kind_name(kind.id), object.id.path())));
    } else if (provider != nullptr && label != nullptr) {
      const bool twice = std::any_of(labels.begin(), labels.end(), [&](const auto& entry) { return entry.first == provider->name.last(); });
      if (twice) context.error(diag::make(diag::Code::kConflictingClauses, clause->span, own_name(decl), provider->name.last(), provider->name.last()));
      if (!twice) labels.emplace_back(provider->name.last(), Value(label->text));
    }
  }
  std::sort(labels.begin(), labels.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  if (!labels.empty()) object.attributes.set(kSecurityLabelsRule.name, Value(std::move(labels)));
}

void set_owner(const ast::Decl& decl, const Kind& kind, Object& object, LowerContext& context) {
  if (object.parent || rule(kind, "owner") == nullptr) return;
  const ast::Clause* clause = context.once(decl, "owner");
  const ast::Value* said = clause == nullptr ? nullptr : clause->value(ast::Shape::name);
  if (said != nullptr) {
    object.attributes.set("owner", said->name.last());
  } else if (!context.default_owner.empty() && !object.external) {
    object.attributes.set("owner", context.default_owner);
  }
}

void set_hints(const ast::Decl& decl, const Kind& kind, Object& object, LowerContext& context) {
  for (const ast::Hint& hint : decl.hints) {
    if (hint.name == "renamed_from" && kind.rename == nullptr) {
      context.error(diag::make(diag::Code::kNotSupported, hint.span, fmt::format("renaming {} `{}`", kind_name(object.id.kind), object.id.path())));
      continue;
    }
    PlanningHint planning{hint.name, {}, hint.span};
    for (const ast::Value& argument : hint.arguments) {
      planning.arguments.push_back(argument.shape == ast::Shape::name ? argument.name.dotted() : argument.text);
    }
    object.hints.push_back(std::move(planning));
  }
}

/// The part of a normalised type behind its name: modifier and array brackets.
std::string_view type_rest(std::string_view type) {
  std::size_t at = 0;
  bool name_expected = true;
  while (at < type.size()) {
    const Lexeme lexeme = scan_lexeme(type, at);
    const bool is_name = lexeme.kind == LexemeKind::word || lexeme.kind == LexemeKind::quoted_name;
    if (name_expected && !is_name) break;
    if (!name_expected && (lexeme.kind != LexemeKind::symbol || type[at] != '.')) break;
    name_expected = !name_expected;
    at = lexeme.end;
  }
  return type.substr(at);
}

}  // namespace

std::string DeclaredNames::key(std::string_view schema, std::string_view name) {
  std::string text(schema);
  text += '\0';
  text += name;
  return text;
}

std::string LowerContext::schema_of(const ast::Name& name) const {
  return name.qualifier().empty() ? schema : std::string(name.qualifier());
}

std::optional<std::string> LowerContext::declared_in(const std::unordered_set<std::string>& declared, std::string_view name) const {
  if (declared.contains(DeclaredNames::key(schema, name))) return schema;
  if (declared.contains(DeclaredNames::key("public", name))) return "public";
  return std::nullopt;
}

std::pair<std::string, std::string> LowerContext::relation(const ast::Name& name) const {
  if (!name.qualifier().empty()) return {std::string(name.qualifier()), name.last()};
  return {declared_in(names.relations, name.last()).value_or(schema), name.last()};
}

std::string LowerContext::relation_text(const ast::Name& name) const {
  const auto [in, own] = relation(name);
  return qualified(in, own).text;
}

std::string LowerContext::routine_text(const ast::Name& name) const {
  if (name.qualifier() == "pg_catalog") return ident(name.last()).text;
  if (!name.qualifier().empty()) return qualified(name.qualifier(), name.last()).text;
  return qualified(declared_in(names.routines, name.last()).value_or(""), name.last()).text;
}

std::string LowerContext::collation_text(const ast::Name& name) const {
  if (!name.qualifier().empty()) return qualified(name.qualifier(), name.last()).text;
  return qualified(declared_in(names.collations, name.last()).value_or("pg_catalog"), name.last()).text;
}

std::string LowerContext::dictionary_text(const ast::Name& name) const {
  if (name.qualifier() == "pg_catalog") return ident(name.last()).text;
  if (!name.qualifier().empty()) return qualified(name.qualifier(), name.last()).text;
  return qualified(declared_in(names.dictionaries, name.last()).value_or(""), name.last()).text;
}

std::string LowerContext::type_text(std::string_view type) const {
  std::string text = frontend::normalise_type(type);
  const frontend::SqlName name = frontend::type_name(text);
  if (name.parts.size() != 1) return text;
  auto in = declared_in(names.types, name.parts.front());
  if (!in) {
    const auto extension = names.extensions.find(std::string(extension_of_type(name.parts.front())));
    // Only where an unqualified name would find it.
    const bool in_path = extension != names.extensions.end() && (extension->second == schema || extension->second == "public");
    if (!in_path || frontend::is_builtin_type(ident(name.parts.front()).text)) return text;
    in = extension->second;
  }
  return qualified(*in, name.parts.front()).text + std::string(type_rest(text));
}

void LowerContext::set_what_hangs_on(const ast::Decl& decl, Object& object) {
  const Kind& own = kind(object.id.kind);
  set_comment(decl, own, object, *this);
  set_security_labels(decl, own, object, *this);
  if (own.traits.acl_type != 0) set_declared_grants(decl, object);
}

Object* LowerContext::add(const ast::Decl& decl, ObjectId id) {
  const Kind& own = kind(id.kind);
  Object object;
  object.id = std::move(id);
  object.origin = decl.name_span.is_nowhere() ? decl.span : decl.name_span;
  object.external = external || decl.external || (parent != nullptr && parent->external);
  if (parent != nullptr) object.parent = parent->id;
  set_owner(decl, own, object, *this);
  set_hints(decl, own, object, *this);
  set_what_hangs_on(decl, object);
  const ObjectId key = object.id;
  if (Object* added = catalog.add(std::move(object))) return added;
  const Object* first = catalog.find(key);
  const Span at = decl.name_span.is_nowhere() ? decl.span : decl.name_span;
  diag::Diagnostic twice = own.traits.acl_type == 'c' && parent != nullptr
                               ? diag::make(diag::Code::kDuplicateColumn, at, key.own_name(), parent->id.path())
                               : diag::make(diag::Code::kDuplicateDeclaration, at, kind_name(key.kind), key.path());
  sink.add(std::move(twice).with_note("first declared here", first->origin));
  return nullptr;
}

void LowerContext::lower_members(const ast::Decl& decl, Object& owner) {
  Object* const outer = parent;
  const ast::Decl* const outer_decl = parent_decl;
  parent = &owner;
  parent_decl = &decl;
  for (const ast::Decl& member : decl.members) {
    if (member.kind != "grant" && member.kind != "revoke") lower(member);
  }
  lower_leftover_column_grants(decl, owner);
  parent = outer;
  parent_decl = outer_decl;
}

void LowerContext::lower(const ast::Decl& decl) { dispatch(decl, *this); }

std::string LowerContext::sql(const ast::Value& value, frontend::FragmentKind kind) {
  fragments.check(kind, value.text, value.span, sink);
  const bool may_be_enclosed = kind == frontend::FragmentKind::expression || kind == frontend::FragmentKind::query;
  return std::string(may_be_enclosed ? strip_outer_parentheses(value.text) : trim(value.text));
}

Map LowerContext::options(const ast::Clause& clause) const {
  Map options;
  for (const ast::Value& value : clause.values) {
    if (value.shape == ast::Shape::option) options.emplace_back(value.name.dotted(), option_text(value));
  }
  return options;
}

const ast::Clause* LowerContext::once(const ast::Decl& decl, std::string_view word) {
  const std::vector<const ast::Clause*> found = decl.all(word);
  if (found.empty()) return nullptr;
  for (std::size_t i = 1; i < found.size(); ++i) {
    sink.add(diag::make(diag::Code::kConflictingClauses, found[i]->span, own_name(decl), word, word).with_note("already said here", found[0]->span));
  }
  return found.front();
}

std::vector<std::string> names_in(const ast::Clause* clause) {
  std::vector<std::string> names;
  const ast::Value* list = clause == nullptr ? nullptr : clause->value(ast::Shape::names);
  if (list == nullptr) return names;
  for (const ast::Value& item : list->items) names.push_back(item.name.last());
  return names;
}

}  // namespace lpc::kinds
