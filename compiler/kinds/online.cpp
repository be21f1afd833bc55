#include "kinds/online.h"

#include <fmt/core.h>

#include <algorithm>

#include "kinds/common.h"
#include "kinds/inheritance.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

bool has_hint(const Object* object, std::string_view name) {
  return object != nullptr && std::ranges::any_of(object->hints, [&](const PlanningHint& hint) { return hint.name == name; });
}

bool spares_others(const ObjectId& relation, const Object* object, const ChangeContext& context) {
  const Object* whole = context.after.find(relation);
  if (context.in_use == nullptr || whole == nullptr || has_hint(object, "direct") || has_hint(whole, "direct")) return false;
  return has_hint(object, "online") || has_hint(whole, "online") || context.in_use->contains(relation.path());
}

}  // namespace

bool is_in_use(const ObjectId& relation, const Object& object, const ChangeContext& context) { return is_standing(context, relation) && spares_others(relation, &object, context); }

bool is_in_use_anew(const ObjectId& table, const ChangeContext& context) { return context.before.has(table) && spares_others(table, nullptr, context); }

void add_online(Action& action, std::size_t count, std::vector<Stage> stages, std::string reason, std::vector<diag::Code> spares) {
  action.online.push_back({action.sql.size() - count, count, std::move(stages), std::move(reason), std::move(spares)});
}

void add_validating_form(const ObjectId& constraint, const Sql& add, Action& action) {
  const std::string table = ObjectId{KindId::Table, constraint.schema, constraint.name, {}, {}}.path();
  add_online(action, 1,
             {{fmt::format("Add {}, for new rows", spoken(constraint)), {sql("{} NOT VALID", add)}, "ddl", true},
              {fmt::format("Validate {}", spoken(constraint)), {sql("ALTER TABLE {} VALIDATE CONSTRAINT {}", relation_of(constraint), ident(constraint.member))}, "validate", true}},
             fmt::format("{} has rows: they are read afterwards, while others read and write", table));
}

std::vector<Stage> not_null_stages(const ObjectId& column, const Sql& set_not_null) {
  const ObjectId table = table_of(column);
  const Sql proof = ident(helper_name(fmt::format("{}_{}", table.name.str(), column.member.str()), "_lpc_not_null"));
  const Sql whole = qualified(table.schema, table.name);
  return {{fmt::format("Forbid NULL in {}, for new rows", spoken(column)), {sql("ALTER TABLE {} ADD CONSTRAINT {} CHECK ({} IS NOT NULL) NOT VALID", whole, proof, ident(column.member))}, "ddl", true},
          {fmt::format("Look for NULL in {}", spoken(column)), {sql("ALTER TABLE {} VALIDATE CONSTRAINT {}", whole, proof)}, "validate", true},
          {fmt::format("Forbid NULL in {}", spoken(column)), {set_not_null, sql("ALTER TABLE {} DROP CONSTRAINT {}", whole, proof)}, "ddl", true}};
}

void add_not_null_form(const ObjectId& column, const Sql& set_not_null, Action& action) {
  add_online(action, 1, not_null_stages(column, set_not_null),
             fmt::format("{} has rows: a CHECK, validated while others read and write, proves to SET NOT NULL that it need not read them", table_of(column).path()));
}

namespace {

/// Fires for an UPDATE of a column that its list, if it has one, doesn't name.
bool fires_on_update(const Object& trigger) {
  const std::vector<std::string> events = trigger.attributes.texts("events");
  return std::ranges::find(events, "update") != events.end() && !trigger.attributes.has("columns");
}

/// Which rows that are there may break, so that no UPDATE of them is possible: https://www.postgresql.org/docs/15/sql-altertable.html, NOT VALID
bool may_refuse_rows(const Object& part) {
  const bool is_unvalidated_check = part.attributes.text("type") == "check" && part.attributes.flag("not_valid") && !part.attributes.flag("not_enforced");
  return (part.id.kind == KindId::Constraint && is_unvalidated_check) || part.attributes.flag("not_null_not_valid");
}

}  // namespace

std::string backfill_obstacle(const ObjectId& table, const ChangeContext& context) {
  std::vector<ObjectId> tables = descendants(context.before, table);
  tables.push_back(table);
  for (const ObjectId& id : tables) {
    const Object* one = context.before.find(id);
    if (one == nullptr) return fmt::format("{} is no table yet", id.path());
    if (one->attributes.has("server")) return fmt::format("{} is a foreign table", id.path());
    if (one->attributes.flag("force_row_level_security")) return fmt::format("row-level security of {} would keep rows from being filled", id.path());
    for (const Catalog* catalog : {&context.before, &context.after}) {
      for (const Object* part : catalog->children(id)) {
        if (may_refuse_rows(*part)) return fmt::format("rows that break {}, which isn't valid, can't be updated", spoken(part->id));
      }
    }
    // What the plan drops has gone by then, and what it makes is there.
    for (const Object* part : context.after.children(id)) {
      if (part->id.kind == KindId::Rule) return fmt::format("{} would change what filling does", spoken(part->id));
      if (part->id.kind == KindId::Trigger && fires_on_update(*part)) return fmt::format("{} would fire for each row that is filled", spoken(part->id));
    }
  }
  return {};
}

Sql matching(const Sql& one, const std::vector<std::string>& names, const Sql& other, const std::vector<std::string>& other_names) {
  std::vector<Sql> pairs;
  for (std::size_t at = 0; at < names.size(); ++at) pairs.push_back(sql("{}.{} = {}.{}", one, ident(names[at]), other, ident(other_names[at])));
  return join(pairs, " AND ");
}

bool publishes_schema(const Object& publication, std::string_view schema) {
  const std::vector<std::string> schemas = publication.attributes.texts("schemas");
  return publication.attributes.flag("all_tables") || std::ranges::find(schemas, schema) != schemas.end();
}

namespace {

/// Up to `page + step`, as a range of TIDs, which Postgres reads without reading the rest since 14; before, as the list of all that can be.
constexpr std::string_view kByRange = "ctid >= pg_catalog.format('(%s,0)', page)::tid AND ctid < pg_catalog.format('(%s,0)', page + step)::tid";
constexpr std::string_view kByList =
    "ctid = ANY (ARRAY(SELECT pg_catalog.format('(%s,%s)', p, i)::tid FROM pg_catalog.generate_series(page, page + step - 1) p, "
    "pg_catalog.generate_series(1, pg_catalog.current_setting('block_size')::int / 28) i))";
constexpr int kFirstWithRanges = 140000;

constexpr std::string_view kUpdate = "UPDATE ONLY ";

}  // namespace

// A row that someone moves to another partition while a batch waits for it can't be locked, says Postgres (serialization_failure); the batch then is tried again, in a transaction of its own, and doesn't meet it any more.
// Batches grow and shrink to take some 200 ms each; those that found few rows, as in pages that are empty, tell nothing of others. A row that someone else moves to a page that is done already still waits, so a last statement looks at all of them. A
// partitioned table has no pages of its own: its leaves follow one another, and twice, for rows that someone moves to a leaf that is done. Rows that come in the meantime have their value.
Sql in_batches(const ObjectId& table, const Batches& batches, int server_version) {
  const Sql family = sql("WITH RECURSIVE family(oid) AS (SELECT {}::regclass::oid UNION ALL SELECT i.inhrelid FROM family f JOIN pg_catalog.pg_inherits i ON i.inhparent = f.oid)",
                         literal(qualified(table.schema, table.name).text));
  // The dynamic statement has the condition's variables as parameters: EXECUTE doesn't see them.
  std::string place(server_version >= kFirstWithRanges ? kByRange : kByList);
  for (const auto& [name, parameter] : {std::pair<std::string_view, std::string_view>{"page", "$1"}, {"step", "$2"}}) {
    for (std::size_t at = 0; (at = place.find(name, at)) != std::string::npos; at += parameter.size()) place.replace(at, name.size(), parameter);
  }
  const auto appended = [](const Sql& text) { return text.empty() ? Sql{} : sql(" || {}", literal(text.text)); };
  const Sql body = sql(R"sql(
DECLARE
  leaf record;
  fill text;
  page bigint;
  step bigint;
  filled bigint;
  begun timestamptz;
  took double precision;
  leaves bigint;
BEGIN
  FOR round IN 1 .. 2 LOOP
    leaves := 0;
    FOR leaf IN
      {}
      SELECT c.oid::regclass::text AS name, pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint AS pages
        FROM family JOIN pg_catalog.pg_class c USING (oid) WHERE c.relkind = 'r'
    LOOP
      leaves := leaves + 1;
      fill := {} || leaf.name || {};
      page := 0;
      step := 16;
      WHILE round = 1 AND page < leaf.pages LOOP
        begun := pg_catalog.clock_timestamp();
        LOOP
          BEGIN
            EXECUTE fill || {}{} USING page, step;
            GET DIAGNOSTICS filled = ROW_COUNT;
            EXIT;
          EXCEPTION WHEN serialization_failure THEN
            NULL;
          END;
          COMMIT;
        END LOOP;
        COMMIT;
        page := page + step;
        took := extract(epoch FROM pg_catalog.clock_timestamp() - begun);
        step := CASE WHEN took < 0.1 AND filled >= step THEN LEAST(step * 2, 1024) WHEN took > 0.3 THEN GREATEST(step / 2, 1) ELSE step END;
      END LOOP;
      LOOP
        BEGIN
          EXECUTE fill{};
          EXIT;
        EXCEPTION WHEN serialization_failure THEN
          NULL;
        END;
        COMMIT;
      END LOOP;
      COMMIT;
    END LOOP;
    EXIT WHEN leaves < 2;
  END LOOP;
END
)sql", family, literal(batches.before.text), literal(batches.after.text), literal(std::string(batches.joint) + place), appended(batches.end), appended(batches.last));
  return sql("DO {}", dollar_quoted(body.text));
}

bool updates_in_batches(std::string_view statement) { return statement.find(literal(kUpdate).text) != std::string_view::npos; }

Sql backfill(const ObjectId& table, const Fill& fill, int server_version) {
  return in_batches(table, {fragment(kUpdate), sql(" SET {} WHERE {}", fill.assignment, fill.waiting)}, server_version);
}

}  // namespace lpc::kinds
