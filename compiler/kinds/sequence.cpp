// Sequences that stand for themselves or belong to a serial column. https://www.postgresql.org/docs/15/sql-createsequence.html
// The sequence of an identity column is no object: its options are the column's. An owned sequence always has its table's owner (Postgres sees to it), so its
// `owner` is kept as "".
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "kinds/column_clauses.h"
#include "kinds/common.h"
#include "kinds/kept_rows.h"
#include "kinds/security_labels.h"
#include "kinds/sequence_options.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kSequenceDeclaredAs[] = {"sequence"};

constexpr int kFirstWithUnlogged = 150000;

#define LPC_SEQUENCE_QUERY(persistence) \
  "select n.nspname as _schema, c.relname as _name, 'pg_class:' || c.oid as _aliases,\n" \
  "  case s.seqtypid when 21 then 'smallint' when 23 then 'integer' end as type,\n" \
  "  " LPC_SEQUENCE_START("s") " as start, " LPC_SEQUENCE_INCREMENT("s") " as increment,\n" \
  "  " LPC_SEQUENCE_MINVALUE("s") " as minvalue, " LPC_SEQUENCE_MAXVALUE("s") " as maxvalue,\n" \
  "  " LPC_SEQUENCE_CACHE("s") " as cache, s.seqcycle as cycle, " persistence " = 'u' as unlogged,\n" \
  "  case when t.oid is not null then\n" \
  "    json_build_object('table', quote_ident(tn.nspname) || '.' || quote_ident(t.relname), 'column', a.attname) end as owned_by,\n" \
  "  pg_get_userbyid(c.relowner) as owner, d.description as comment, c.relacl::text as _acl, pg_get_userbyid(c.relowner) as _acl_owner\n" \
  "from pg_class c\n" \
  "join pg_namespace n on n.oid = c.relnamespace\n" \
  "join pg_sequence s on s.seqrelid = c.oid\n" \
  "left join pg_depend dep on dep.classid = 'pg_class'::regclass and dep.objid = c.oid and dep.refclassid = 'pg_class'::regclass\n" \
  "  and dep.refobjsubid > 0 and dep.deptype in ('a', 'i')\n" \
  "left join pg_class t on t.oid = dep.refobjid\n" \
  "left join pg_namespace tn on tn.oid = t.relnamespace\n" \
  "left join pg_attribute a on a.attrelid = dep.refobjid and a.attnum = dep.refobjsubid\n" \
  "left join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = c.oid and d.objsubid = 0\n" \
  "where dep.deptype is distinct from 'i' and {user_schema:n} and {not_member:pg_class:c.oid}"

// Before 15 no sequence is unlogged; one of an unlogged table shares its fate from then on.
constexpr IntrospectQuery kSequenceQueries[] = {
    {.sql = LPC_SEQUENCE_QUERY("c.relpersistence"), .from_version = kFirstWithUnlogged},
    {.sql = LPC_SEQUENCE_QUERY("coalesce(t.relpersistence, c.relpersistence)")},
};

const std::string& type_of(const Object& sequence) {
  static const std::string kBigint = "bigint";
  const std::string& type = sequence.attributes.text("type");
  return type.empty() ? kBigint : type;
}

void lower_sequence(const ast::Decl& decl, LowerContext& context) {
  Object* sequence = context.add(decl, {KindId::Sequence, context.schema_of(decl.name), decl.name.last(), "", ""});
  if (sequence == nullptr) return;
  Attributes& attributes = sequence->attributes;
  if (const ast::Clause* clause = context.once(decl, "sequence_type")) {
    const std::string_view word = clause->word_value();
    if (word != "bigint") attributes.set("type", Value(word == "int" ? "integer" : word));
  }
  for (const auto& [key, value] : entries(lower_sequence_options(decl.clauses, type_of(*sequence), context))) {
    for (const std::string_view name : {"cache", "cycle", "increment", "maxvalue", "minvalue", "start"}) {
      if (name == key) attributes.set(name, value);
    }
  }
  attributes.set("unlogged", decl.has("unlogged"));
  const ast::Clause* owned = context.once(decl, "owned_by");
  const ast::Value* column = owned == nullptr ? nullptr : owned->value(ast::Shape::name);
  if (column == nullptr) return;
  if (column->name.parts.size() < 2) {
    context.error(diag::make(diag::Code::kWrongValue, column->span, "owned by", "a table and its column: table.column"));
    return;
  }
  ast::Name table = column->name;
  table.parts.pop_back();
  attributes.set("owned_by", Value(Map{{"column", column->name.last()}, {"table", context.relation_text(table)}}));
}

/// The owner goes without saying, and it is the column that needs the sequence (its default does), not the other way round: the column's statement takes
/// ownership when both are made, and whoever drops the column drops the sequence with it.
void normalise_owned(CatalogBuilder& builder) {
  for (Object* sequence : builder.of(KindId::Sequence)) {
    const std::optional<ObjectId> owner = owner_column(*sequence);
    if (!owner) continue;
    sequence->attributes.set("owner", "");
    sequence->attributes.set("owned_by", Value(Map{{"column", owner->member.str()}, {"table", qualified(owner->schema, owner->name).text}}));
    std::erase_if(sequence->depends_on, [&](const ObjectId& need) { return need == *owner || need == table_of(*owner); });
    Object* column = builder.find(*owner);
    if (column == nullptr || std::ranges::find(column->depends_on, sequence->id) != column->depends_on.end()) continue;
    column->depends_on.push_back(sequence->id);
    std::ranges::sort(column->depends_on, [](const ObjectId& a, const ObjectId& b) { return a < b; });
  }
}

/// OWNED BY wants both to have one owner.
void share_owner(const Object& sequence, const ObjectId& column, const ChangeContext& context, Action& action) {
  const Object* table = context.after.find(table_of(column));
  const std::string& owner = table == nullptr ? sequence.attributes.text("owner") : table->attributes.text("owner");
  if (!owner.empty() && owner != context.role) action.sql.push_back(sql("ALTER SEQUENCE {} OWNER TO {}", address_qualified(sequence.id), ident(owner)));
}

Sql owned_by(const ObjectId& sequence, const ObjectId& column) {
  return sql("ALTER SEQUENCE {} OWNED BY {}.{}", address_qualified(sequence), relation_of(column), ident(column.member));
}

void own_by_existing(const Object& sequence, const ObjectId& column, const ChangeContext& context, Action& action) {
  share_owner(sequence, column, context, action);
  action.sql.push_back(owned_by(sequence.id, column));
  const Object* before = context.before.find(column);
  const std::string type = before == nullptr ? std::string() : before->attributes.text("type");
  if (type != "bigint" && type != "integer" && type != "smallint") return;
  action.sql.push_back(continue_sequence(column, address_qualified(sequence.id), sequence_options(sequence.attributes), type_of(sequence)));
}

void create_sequence(const Object& sequence, const ChangeContext& context, Action& action) {
  const std::optional<ObjectId> owner = owner_column(sequence);
  const bool owner_stands = owner && context.before.has(*owner) && !context.is_created(*owner);
  if (owner_stands && ceases_identity(context, *owner)) {
    // The identity's own sequence has the name.
    action.sql.push_back(alter_table(table_of(*owner), {sql("ALTER COLUMN {} DROP IDENTITY", ident(owner->member))}));
  }
  Sql text = sql("CREATE {}SEQUENCE {}", sequence.attributes.flag("unlogged") && context.server_version >= kFirstWithUnlogged ? sql("UNLOGGED ") : Sql{}, address_qualified(sequence.id));
  if (sequence.attributes.has("type")) text = sql("{} AS {}", text, fragment(sequence.attributes.text("type")));
  for (const Sql& clause : option_clauses(sequence_options(sequence.attributes))) text = sql("{} {}", text, clause);
  action.sql.push_back(std::move(text));
  put_back_number(sequence, action);
  if (owner_stands) own_by_existing(sequence, *owner, context, action);
  describe(action, fmt::format("Create {}", spoken(sequence.id)));
}

/// A column that the table has from its parent is no object any more when it owns no sequence.
bool goes_on_as_implied(const ObjectId& column, const ChangeContext& context) {
  const Object* before = context.before.find(column);
  return before != nullptr && before->attributes.flag("inherited") && !context.is_dropped(table_of(column)) &&
         !Lineage(context.after).chain(table_of(column), column.member).empty();
}

void drop_sequence(const Object& sequence, const ChangeContext& context, Action& action) {
  describe(action, fmt::format("Drop {}", spoken(sequence.id)));
  const std::optional<ObjectId> owner = owner_column(sequence);
  // Gone with its column, or dropped by the statement that makes the column an identity one.
  if (owner && ((context.is_dropped(*owner) && !goes_on_as_implied(*owner, context)) || becomes_identity(context, *owner))) return;
  drop_plain(sequence, context, action);
}

/// A sequence must stand within its new bounds. One that can't, because they have nothing in common with the old ones, starts anew; one that need not, because it
/// may never have been used, is moved to the nearest bound where it stands outside. It isn't moved otherwise: that could give numbers a second time.
void keep_in_bounds(const Object& before, const Object& after, std::vector<Sql>& changes, Action& action) {
  const SequenceOptions was = sequence_options(before.attributes), is = sequence_options(after.attributes);
  const std::string old_type = type_of(before), new_type = type_of(after);
  const std::int64_t low = effective_minvalue(is, new_type), high = effective_maxvalue(is, new_type), start = effective_start(was, old_type);
  if (start >= low && start <= high) return;
  if (effective_maxvalue(was, old_type) < low || effective_minvalue(was, old_type) > high) {
    changes.push_back(sql("RESTART WITH {}", number(effective_start(is, new_type))));
    return;
  }
  const Sql name = address_qualified(after.id), bound = number(start < low ? low : high);
  action.sql.push_back(sql("SELECT pg_catalog.setval({}, {}, false) FROM {} WHERE last_value {} {}", literal(name.text), bound, name, start < low ? sql("<") : sql(">"), bound));
}

void alter_numbers(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& after = alteration.after;
  const Object& before = *alteration.before;
  std::vector<Sql> changes;
  if (alteration.has("type")) changes.push_back(sql("AS {}", fragment(type_of(after))));
  for (Sql& change : option_changes(sequence_options(before.attributes), type_of(before), sequence_options(after.attributes), type_of(after))) {
    changes.push_back(std::move(change));
  }
  keep_in_bounds(before, after, changes, action);
  if (!changes.empty()) action.sql.push_back(sql("ALTER SEQUENCE {} {}", address_qualified(after.id), join(changes, " ")));
  describe(action, fmt::format("Change the options of {}", spoken(after.id)));
}

void alter_owned_by(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& after = alteration.after;
  const std::optional<ObjectId> owner = owner_column(after);
  describe(action, fmt::format("Change the owning column of {}", spoken(after.id)));
  if (!owner) {
    action.sql.push_back(sql("ALTER SEQUENCE {} OWNED BY NONE", address_qualified(after.id)));
  } else if (!context.is_created(*owner)) {
    // (A new column takes ownership by itself.)
    share_owner(after, *owner, context, action);
    action.sql.push_back(owned_by(after.id, *owner));
  }
}

/// An owned sequence belongs to the table's owner, and what is granted to that one counts from there.
void alter_sequence_grants(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const std::optional<ObjectId> owner = owner_column(alteration.after);
  if (!owner) return alter_grants(alteration, context, action);
  // A new column grants them, once it owns the sequence.
  if (alteration.before == nullptr && context.is_created(*owner)) return;
  const Object after = with_table_owner(alteration.after, context);
  if (alteration.before == nullptr) return alter_grants({nullptr, after, alteration.changed}, context, action);
  Object before = *alteration.before;
  if (owner_column(before) == owner) before.attributes.set_always("owner", Value(after.attributes.text("owner")));
  alter_grants({&before, after, alteration.changed}, context, action);
}

void alter_unlogged(const Alteration& alteration, const ChangeContext& context, Action& action) {
  if (context.server_version < kFirstWithUnlogged) return;
  const Object& after = alteration.after;
  action.sql.push_back(persistence_statement(address_qualified(after.id), after.attributes.flag("unlogged")));
  describe(action, fmt::format("Make {} {}", spoken(after.id), after.attributes.flag("unlogged") ? "unlogged" : "logged"));
}

std::vector<std::string> sequence_slots(const Object& sequence) { return {"relation " + address_qualified(sequence.id).text}; }

void print_sequence(const Object& sequence, const Catalog&, LpWriter& writer) {
  const Attributes& attributes = sequence.attributes;
  writer.doc(sequence);
  if (attributes.flag("unlogged")) writer.word("unlogged");
  writer.word("sequence").name(sequence.id.schema, sequence.id.name);
  writer.word(attributes.text("type"));
  print_sequence_options(sequence_options(attributes), writer);
  if (const std::optional<ObjectId> owner = owner_column(sequence)) {
    // Three names with dots between, each quoted as .lp wants it.
    LpWriter table, column;
    table.schema = writer.schema;
    table.name(owner->schema, owner->name);
    column.ident(owner->member);
    writer.word("owned by").word(fmt::format("{}.{}", trim(table.text()), trim(column.text())));
  } else {
    writer.owner(sequence);
  }
  writer.comment_clause(sequence).line();
  writer.grants(sequence);
}

constexpr AttributeRule kSequenceAttributes[] = {
    {.name = "type", .content = Content::text, .alter = alter_numbers},
    {.name = "start", .content = Content::integer, .alter = alter_numbers},
    {.name = "increment", .content = Content::integer, .alter = alter_numbers},
    {.name = "minvalue", .content = Content::integer, .alter = alter_numbers},
    {.name = "maxvalue", .content = Content::integer, .alter = alter_numbers},
    {.name = "cache", .content = Content::integer, .alter = alter_numbers},
    {.name = "cycle", .content = Content::flag, .alter = alter_numbers},
    {.name = "unlogged", .content = Content::flag, .alter = alter_unlogged},
    {.name = "owned_by", .content = Content::map, .alter = alter_owned_by},
    kOwnerRule,
    kCommentRule,
    kSecurityLabelsRule,
    {.name = "grants", .content = Content::privileges, .alter = alter_sequence_grants, .after_create = true},
    {.name = "revokes", .content = Content::privileges, .alter = alter_sequence_grants, .after_create = true},
};

}  // namespace

constexpr Kind kSequence = {
    .id = KindId::Sequence,
    .sql_name = "SEQUENCE",
    .declared_as = kSequenceDeclaredAs,
    .introspect = kSequenceQueries,
    .lower = lower_sequence,
    .normalise = normalise_owned,
    .edges = nullptr,
    .create = create_sequence,
    .drop = drop_sequence,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_qualified,
    .attributes = kSequenceAttributes,
    .print_lp = print_sequence,
    .slots = sequence_slots,
    .traits = {.gone_with = owner_column, .holds_data = true, .drop_hazard = diag::Code::kDropsData, .acl_type = 's', .found_in = "pg_sequence", .asked_beside = true},
};

static_assert(is_complete(kSequence));

}  // namespace lpc::kinds
