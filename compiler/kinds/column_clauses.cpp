#include "kinds/column_clauses.h"

#include <algorithm>
#include <array>

#include "base/sql_scan.h"
#include "base/text.h"
#include "kinds/common.h"
#include "kinds/foreign_options.h"
#include "kinds/relation_options.h"
#include "kinds/sequence_options.h"
#include "kinds/table_parts.h"
#include "kinds/type_change.h"

namespace lpc::kinds {
namespace {

/// Functions of pg_catalog and of common extensions that give another value for each row.
constexpr auto kVolatileFunctions = std::to_array<std::string_view>({
    "clock_timestamp", "currval", "gen_random_bytes", "gen_random_uuid", "lastval", "nextval", "random", "random_normal", "setval", "timeofday",
    "txid_current", "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "uuidv4", "uuidv7",
});

Sql default_clause(const std::string* expression) { return expression == nullptr ? Sql{} : sql(" DEFAULT {}", parenthesised(*expression)); }

Sql owned_by(const Object& sequence, const ObjectId& column) {
  return sql("ALTER SEQUENCE {} OWNED BY {}.{}", address_qualified(sequence.id), relation_of(column), ident(column.member));
}

/// What isn't valid can't be part of a column's definition.
Sql not_null_clause(const Object& column) {
  const Attributes& attributes = column.attributes;
  if (!attributes.flag("not_null") || attributes.flag("not_null_not_valid")) return {};
  Sql text = attributes.has("not_null_name") ? sql(" CONSTRAINT {} NOT NULL", ident(attributes.text("not_null_name"))) : sql(" NOT NULL");
  if (attributes.flag("not_null_no_inherit")) text = sql("{} NO INHERIT", text);
  return text;
}

/// `'…'::type`: a constant, which may name a function, 'f'::regproc, and calls none.
bool is_typed_literal(std::string_view expression) {
  int strings = 0, casts = 0;
  for (std::size_t at = 0; at < expression.size();) {
    const Lexeme lexeme = scan_lexeme(expression, at);
    const std::string_view text = expression.substr(lexeme.begin, lexeme.end - lexeme.begin);
    if (strings == 0 && lexeme.kind != LexemeKind::string) return false;
    strings += lexeme.kind == LexemeKind::string ? 1 : 0;
    casts += text == ":" ? 1 : 0;
    if (strings > 1 || casts > 2 || text == "(") return false;
    at = lexeme.end;
  }
  return casts == 2;
}

}  // namespace

bool calls_volatile_function(std::string_view expression) {
  for (std::size_t at = 0; at < expression.size();) {
    const Lexeme lexeme = scan_lexeme(expression, at);
    at = lexeme.end;
    if (lexeme.kind != LexemeKind::word) continue;
    const std::string word = to_lower_ascii(expression.substr(lexeme.begin, lexeme.end - lexeme.begin));
    if (std::ranges::find(kVolatileFunctions, word) != kVolatileFunctions.end()) return true;
  }
  return false;
}

std::string not_null_name(const Object& column) {
  for (const std::string_view name : {"not_null_name", "_not_null_name"}) {
    if (column.attributes.has(name)) return column.attributes.text(name);
  }
  return make_object_name(column.id.name, column.id.member, "not_null");
}

bool says_more_than_not_null(const Object& column) {
  return column.attributes.has("not_null_name") || column.attributes.flag("not_null_no_inherit") || column.attributes.flag("not_null_not_valid");
}

Sql set_not_null(const Object& column) {
  return alter_table(table_of(column.id), {says_more_than_not_null(column) ? sql("ADD {}", not_null_constraint(column)) : sql("ALTER COLUMN {} SET NOT NULL", ident(column.id.member))});
}

Sql not_null_constraint(const Object& column) {
  const Attributes& attributes = column.attributes;
  Sql text = sql("CONSTRAINT {} NOT NULL {}", ident(not_null_name(column)), ident(column.id.member));
  if (attributes.flag("not_null_no_inherit")) text = sql("{} NO INHERIT", text);
  if (attributes.flag("not_null_not_valid")) text = sql("{} NOT VALID", text);
  return text;
}

Sql column_definition(const Object& column, const std::string* default_expression) {
  const Attributes& attributes = column.attributes;
  Sql text = sql("{} {}", ident(column.id.member), fragment(attributes.text("type")));
  const std::string& compression = attributes.text("compression");
  if (!compression.empty() && compression != "default") text = sql("{} COMPRESSION {}", text, ident(compression));
  text = sql("{}{}", text, foreign_options_clause(option_map(column, "server_options")));
  if (attributes.has("collation")) text = sql("{} COLLATE {}", text, fragment(attributes.text("collation")));
  if (attributes.has("generated")) {
    text = sql("{} GENERATED ALWAYS AS ({}) {}", text, fragment(attributes.text("generated")), attributes.flag("virtual") ? sql("VIRTUAL") : sql("STORED"));
  }
  text = sql("{}{}", text, default_clause(default_expression));
  text = sql("{}{}", text, not_null_clause(column));
  if (attributes.has("identity")) text = sql("{} {}", text, identity_clause(column));
  return text;
}

Sql column_override(const Object& column, const std::string* default_expression) {
  if (default_expression == nullptr && not_null_clause(column).empty()) return {};
  return sql("{}{}{}", ident(column.id.member), default_clause(default_expression), not_null_clause(column));
}

std::vector<Sql> column_settings(const Object& column) {
  const Attributes& attributes = column.attributes;
  const Sql name = ident(column.id.member);
  std::vector<Sql> settings;
  if (attributes.flag("not_null_not_valid")) settings.push_back(sql("ADD {}", not_null_constraint(column)));
  if (const std::string& storage = attributes.text("storage"); !storage.empty() && storage != "default") {
    settings.push_back(sql("ALTER COLUMN {} SET STORAGE {}", name, fragment(storage)));
  }
  return settings;
}

std::vector<Sql> own_column_settings(const Object& column) {
  const Sql name = ident(column.id.member);
  std::vector<Sql> settings;
  if (const Value* statistics = column.attributes.find("statistics")) {
    settings.push_back(sql("ALTER COLUMN {} SET STATISTICS {}", name, number(statistics->number())));
  }
  for (const Sql& change : option_changes(Map{}, option_map(column))) settings.push_back(sql("ALTER COLUMN {} {}", name, change));
  return settings;
}

Sql alter_table(const ObjectId& table, const std::vector<Sql>& changes, bool only) {
  return sql("ALTER TABLE {}{} {}", only ? sql("ONLY ") : Sql{}, qualified(table.schema, table.name), join(changes, ", "));
}

std::string identity_type(const Object& column, const Catalog& catalog) { return base_type(column.attributes.text("type"), catalog); }

bool is_by_default(const Value& identity) {
  const Value* kind = identity.find("kind");
  return kind != nullptr && kind->text() == "by default";
}

std::string implied_sequence_name(const ObjectId& column) { return make_object_name(column.name, column.member, "seq"); }

std::string identity_sequence_name(const Object& column) {
  const Value* said = column.attributes.find("identity")->find("sequence");
  return said == nullptr ? implied_sequence_name(column.id) : said->text();
}

Sql identity_clause(const Object& column) {
  const Value& identity = *column.attributes.find("identity");
  std::vector<Sql> options;
  if (const std::string name = identity_sequence_name(column); name != implied_sequence_name(column.id)) {
    options.push_back(sql("SEQUENCE NAME {}", qualified(column.id.schema, name)));
  }
  for (Sql& clause : option_clauses(sequence_options(identity))) options.push_back(std::move(clause));
  return sql("GENERATED {} AS IDENTITY{}", is_by_default(identity) ? sql("BY DEFAULT") : sql("ALWAYS"), options.empty() ? Sql{} : sql(" ({})", join(options, " ")));
}

std::string identity_persistence(const Object& column) {
  const Value* identity = column.attributes.find("identity");
  const Value* said = identity == nullptr ? nullptr : identity->find("persistence");
  return said == nullptr ? "" : said->text();
}

void add_persistence(const Object& column, std::vector<Sql>& statements) {
  const std::string persistence = identity_persistence(column);
  if (!persistence.empty()) statements.push_back(persistence_statement(qualified(column.id.schema, identity_sequence_name(column)), persistence == "unlogged"));
}

Sql persistence_statement(const Sql& sequence, bool unlogged) { return sql("ALTER SEQUENCE {} SET {}", sequence, unlogged ? sql("UNLOGGED") : sql("LOGGED")); }

std::optional<ObjectId> owner_column(const Object& sequence) {
  const Value* owned = sequence.attributes.find("owned_by");
  if (owned == nullptr) return std::nullopt;
  const Value* table = owned->find("table");
  const Value* column = owned->find("column");
  if (table == nullptr || column == nullptr) return std::nullopt;
  return column_id(table_named(table->text()), column->text());
}

std::vector<const Object*> owned_sequences(const Catalog& catalog, const ObjectId& column) {
  // A sequence can only be owned by a table of its own schema, and few schemas have so many that looking through what the column needs isn't enough:
  // normalisation makes the column depend on the sequences it owns.
  std::vector<const Object*> result;
  const Object* object = catalog.find(column);
  if (object == nullptr) return result;
  for (const ObjectId& need : object->depends_on) {
    if (need.kind != KindId::Sequence) continue;
    const Object* sequence = catalog.find(need);
    if (sequence != nullptr && owner_column(*sequence) == column) result.push_back(sequence);
  }
  return result;
}

void take_ownership(const ObjectId& column, const ChangeContext& context, Action& action) {
  const ObjectId table = table_of(column);
  const Object* standing = context.is_created(table) ? nullptr : context.before.find(table);
  const Object* later = context.after.find(table);
  // OWNED BY wants both to have one owner. A new table has that of the sequence, until both get another one.
  const std::string owner = standing == nullptr || later == nullptr ? std::string() : later->attributes.text("owner");
  for (const Object* sequence : owned_sequences(context.after, column)) {
    const bool differs = !owner.empty() && owner != context.role && context.is_created(sequence->id);
    if (differs) action.sql.push_back(sql("ALTER SEQUENCE {} OWNER TO {}", address_qualified(sequence->id), ident(owner)));
    action.sql.push_back(owned_by(*sequence, column));
  }
}

Object with_table_owner(const Object& sequence, const ChangeContext& context) {
  Object result = sequence;
  const std::optional<ObjectId> column = owner_column(sequence);
  if (!column) return result;
  const Object* table = context.after.find(table_of(*column));
  result.attributes.set_always("owner", Value(table == nullptr ? std::string() : table->attributes.text("owner")));
  return result;
}

void grant_on_owned_sequences(const ObjectId& column, const ChangeContext& context, Action& action) {
  for (const Object* sequence : owned_sequences(context.after, column)) {
    if (!context.is_created(sequence->id)) continue;
    const Object owned = with_table_owner(*sequence, context);
    alter_grants({nullptr, owned, {"grants", "revokes"}}, context, action);
  }
}

void release_ownership(const ObjectId& column, const ChangeContext& context, Action& action) {
  for (const Object* sequence : owned_sequences(context.before, column)) {
    if (!context.is_dropped(sequence->id)) action.sql.push_back(sql("ALTER SEQUENCE {} OWNED BY NONE", address_qualified(sequence->id)));
  }
}

bool becomes_identity(const ChangeContext& context, const ObjectId& column) {
  const Object* before = context.before.find(column);
  const Object* after = context.after.find(column);
  return before != nullptr && after != nullptr && !context.is_dropped(column) && !before->attributes.has("identity") && after->attributes.has("identity");
}

bool ceases_identity(const ChangeContext& context, const ObjectId& column) {
  const Object* before = context.before.find(column);
  const Object* after = context.after.find(column);
  return before != nullptr && after != nullptr && !context.is_dropped(column) && before->attributes.has("identity") && !after->attributes.has("identity");
}

Sql continue_sequence(const ObjectId& column, const Sql& sequence, const SequenceOptions& options, std::string_view type) {
  const std::int64_t increment = effective_increment(options), bound = increment > 0 ? effective_minvalue(options, type) : effective_maxvalue(options, type);
  // A value outside the sequence's bounds would be refused; it is none that the sequence could have given.
  const Sql furthest = increment > 0 ? sql("max({})", ident(column.member)) : sql("min({})", ident(column.member));
  return sql("SELECT pg_catalog.setval({}, {}) FROM {} HAVING {} {} {}", literal(sequence.text), furthest, relation_of(column), furthest,
             increment > 0 ? sql(">=") : sql("<="), number(bound));
}

Sql continue_identity(const Object& column, const Catalog& catalog) {
  return continue_sequence(column.id, qualified(column.id.schema, identity_sequence_name(column)), sequence_options(*column.attributes.find("identity")), identity_type(column, catalog));
}

bool is_volatile_default(const Object& column_default, const Catalog& catalog) {
  const std::string& expression = column_default.attributes.text("expression");
  if (is_typed_literal(expression)) return false;
  if (calls_volatile_function(expression)) return true;
  return std::ranges::any_of(column_default.depends_on, [&](const ObjectId& need) {
    const Object* routine = need.kind == KindId::Function ? catalog.find(need) : nullptr;
    if (routine == nullptr) return false;
    const std::string& volatility = routine->attributes.text("volatility");
    return volatility.empty() || volatility == "volatile";
  });
}

}  // namespace lpc::kinds
