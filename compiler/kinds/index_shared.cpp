#include <algorithm>

#include "kinds/implied_names.h"
#include "kinds/index.h"
#include "kinds/index_elements.h"
#include "kinds/inheritance.h"
#include "kinds/relation_options.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

const std::string& own_name(const Object& part) { return part.id.own_name(); }

bool another_has(const Catalog& catalog, const Object& part, std::string_view mark) {
  for (const Object* sibling : catalog.children(relation_id(part))) {
    if (!(sibling->id == part.id) && (sibling->id.kind == KindId::Index || sibling->id.kind == KindId::Constraint) && sibling->attributes.flag(mark)) return true;
  }
  return false;
}

Sql table_word(const Object& part) {
  return relation_id(part).kind == KindId::MaterializedView ? sql("MATERIALIZED VIEW") : sql("TABLE");
}

Sql table_address(const Object& part) { return qualified(relation_id(part).schema, relation_id(part).name); }

/// The table stays and says nothing of its replica identity: the index does, or nobody.
bool table_leaves_identity_open(const Object& part, const ChangeContext& context) {
  const Object* table = context.after.find(relation_id(part));
  return table != nullptr && !table->attributes.has("replica_identity") && !another_has(context.after, part, "replica_identity");
}

// ---- partitions ----

ObjectId attachment_of(const Object& part) { return {KindId::Partition, relation_id(part).schema, relation_id(part).name, {}, {}}; }

bool has_index(const Object& part) {
  const std::string& type = part.attributes.text("type");
  return part.id.kind == KindId::Index || (part.id.kind == KindId::Constraint && type != "check" && type != "foreign key");
}

/// The index or key of a table further up that implies one called so on `table`, which is no object since it has the name that Postgres gave it.
template <class AnyCatalog>
std::optional<ObjectId> implying(const std::string& name, const ObjectId& table, AnyCatalog& catalog) {
  ObjectId above = table;
  while (const Object* attachment = catalog.find({KindId::Partition, above.schema, above.name, {}, {}})) {
    above = whole_of(*attachment);
    for (const Object* candidate : catalog.children(above)) {
      if (has_index(*candidate) && automatic_name_on(table, *candidate) == name) return candidate->id;
    }
  }
  return std::nullopt;
}

/// The index or constraint of a partitioned table that `part` is attached to, or that implies the one that it is attached to. A partition's key may be a part of an index that
/// no constraint owns.
template <class AnyCatalog>
std::optional<ObjectId> attached_parent(const Object& part, const Object* attachment, AnyCatalog& catalog) {
  const std::string& text = part.attributes.text("attached_to");
  if (text.empty()) return std::nullopt;
  ObjectId id = table_named(text);
  id.kind = KindId::Index;
  if (catalog.find(id) != nullptr) return id;
  if (attachment == nullptr) return part.id.kind == KindId::Index ? std::optional(id) : std::nullopt;
  const ObjectId of = whole_of(*attachment);
  const ObjectId key{KindId::Constraint, of.schema, of.name, id.name, {}};
  if (catalog.find(key) != nullptr) return key;
  if (const std::optional<ObjectId> above = implying(id.name, of, catalog)) return above;
  return part.id.kind == KindId::Index ? id : key;
}

bool needs_only(CatalogBuilder& catalog, const ObjectId& parent) {
  const Object* object = catalog.find(parent);
  return object != nullptr && object->attributes.flag("only");
}

/// The same definition, whatever is said of this one object besides.
bool same_definition(const Object& a, const Object& b) {
  static constexpr std::string_view kBesides[] = {"_element_order", "_order", "attached_to", "comment", "depends_on_extensions", "index_comment", "clustered", "replica_identity", "statistics", "tablespace", "with"};
  const auto relevant = [](const Object& object) {
    Attributes attributes = object.attributes;
    for (const std::string_view name : kBesides) attributes.remove(name);
    return attributes;
  };
  if (a.id.kind != b.id.kind || !(relevant(a) == relevant(b))) return false;
  // A check is inherited under its name, indexes and keys get names of their own.
  return a.attributes.text("type") != "check" || own_name(a) == own_name(b);
}

/// The part with the same definition of a table from which `part`'s table has its parts, at any level.
const Object* twin_above(const Object& part, const Catalog& catalog) {
  const Lineage lineage(catalog);
  // CHECKs are inherited by every kind of child, the others by partitions only.
  const bool by_partitions_only = part.attributes.text("type") != "check";
  std::vector<ObjectId> tables{relation_id(part)};
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (by_partitions_only && lineage.partition(tables[i]) == nullptr) continue;
    for (const ObjectId& above : lineage.parents(tables[i])) {
      for (const Object* candidate : catalog.children(above)) {
        if (same_definition(part, *candidate) && !candidate->attributes.flag("no_inherit")) return candidate;
      }
      tables.push_back(above);
    }
  }
  return nullptr;
}

}  // namespace

bool needs_stay(const Object& old, const ChangeContext& context) {
  return std::ranges::all_of(context.before.needs(old), [&](const ObjectId& need) {
    const Object *was = context.before.find(need), *is = context.after.find(need);
    if (was == nullptr || is == nullptr) return was == nullptr && is == nullptr;
    return !context.is_dropped(need) && was->attributes.text("type") == is->attributes.text("type");
  });
}

Sql index_address(const Object& part) { return qualified(part.id.schema, own_name(part)); }

// ---- marks and storage -------------------------------------------------------------------------------------------------------------------

// https://www.postgresql.org/docs/15/sql-altertable.html: CLUSTER ON, SET WITHOUT CLUSTER, REPLICA IDENTITY
void alter_index_marks(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& part = alteration.after;
  if (alteration.has("clustered")) {
    if (part.attributes.flag("clustered")) {
      action.sql.push_back(sql("ALTER {} {} CLUSTER ON {}", table_word(part), table_address(part), ident(own_name(part))));
    } else if (!another_has(context.after, part, "clustered")) {
      action.sql.push_back(sql("ALTER {} {} SET WITHOUT CLUSTER", table_word(part), table_address(part)));
    }
  }
  if (alteration.has("replica_identity")) {
    if (part.attributes.flag("replica_identity")) {
      action.sql.push_back(sql("ALTER TABLE {} REPLICA IDENTITY USING INDEX {}", table_address(part), ident(own_name(part))));
    } else if (table_leaves_identity_open(part, context)) {
      action.sql.push_back(sql("ALTER TABLE {} REPLICA IDENTITY DEFAULT", table_address(part)));
    }
  }
}

void release_replica_identity(const Object& part, const ChangeContext& context, Action& action) {
  if (!part.attributes.flag("replica_identity") || context.is_dropped(relation_id(part))) return;
  if (context.is_created(part.id) || !table_leaves_identity_open(part, context)) return;
  action.sql.push_back(sql("ALTER TABLE {} REPLICA IDENTITY DEFAULT", table_address(part)));
}

void alter_index_storage(const Alteration& alteration, const Sql& address, Action& action) {
  const Map before = alteration.before == nullptr ? Map{} : option_map(*alteration.before, "with");
  for (const Sql& change : option_changes(before, option_map(alteration.after, "with"))) action.sql.push_back(sql("ALTER INDEX {} {}", address, change));
  if (alteration.has("tablespace")) {
    const std::string& space = alteration.after.attributes.text("tablespace");
    action.sql.push_back(sql("ALTER INDEX {} SET TABLESPACE {}", address, space.empty() ? sql("pg_default") : ident(space)));
  }
}

// ---- partitions ----------------------------------------------------------------------------------------------------------------------------

bool is_only_copied(const Object& part) { return part.attributes.text("type") == "exclusion" && part.attributes.has("attached_to"); }

// An index that a partition has under a name of its own comes before the index of the partitioned table and before the partition is attached: Postgres then takes it
// for the partition's part by itself (https://www.postgresql.org/docs/15/sql-createindex.html, "Notes"). With ON ONLY it is attached by hand, later. An exclusion constraint is never
// taken, nor can it be attached: the partition gets one with its parent's, which is renamed then (CompareIndexInfo() in src/backend/catalog/index.c).
void order_attached_part(CatalogBuilder& catalog, Object& part) {
  if (!part.attributes.has("attached_to")) return;
  Object* attachment = catalog.find(attachment_of(part));
  const std::optional<ObjectId> above = attached_parent(part, attachment, catalog);
  if (!above) return;
  std::erase(part.depends_on, *above);
  Object* parent = catalog.find(*above);
  // A key takes over the part of an index that no constraint owns.
  const bool takes_over = part.id.kind == KindId::Constraint && above->kind == KindId::Index;
  if (parent != nullptr && (takes_over || is_only_copied(part) || parent->attributes.flag("only"))) {
    add_sorted(part.depends_on, *above);
    if (attachment != nullptr) add_sorted(part.depends_on, attachment->id);
    return;
  }
  // Not a need of the parent's: dropping a partition takes nothing from it.
  if (parent != nullptr) add_sorted(parent->mentions, part.id);
  // Nor the attachment's: it stays when the part goes back to the name that it would have had.
  if (attachment != nullptr) add_sorted(attachment->mentions, part.id);
}

// A table that becomes a partition gets a copy of every index of its parent, the one of the parent ONLY included, so that one comes last.
void order_after_partitions(CatalogBuilder& catalog, Object& part) {
  const std::string table = qualified(relation_id(part).schema, relation_id(part).name).text;
  for (const Object* partition : catalog.of(KindId::Partition)) {
    if (partition->attributes.text("of") != table) continue;
    // Not a need: it can be dropped in any order.
    std::erase(part.depends_on, partition->id);
    add_sorted(part.mentions, partition->id);
  }
}

namespace {

/// Whether one of a partition's parts is said to be attached to that part of the whole.
bool has_attached(const std::vector<const Object*>& own, const Object& part) {
  const std::string address = index_address(part).text;
  return std::ranges::any_of(own, [&](const Object* one) { return one->attributes.text("attached_to") == address; });
}

}  // namespace

std::vector<ObjectId> outdated_indexes(const Object& attachment, const Catalog& before, const Catalog& after) {
  std::vector<ObjectId> outdated;
  const std::vector<const Object*> own = after.children(*attachment.parent);
  for (const Object* part : after.children(whole_of(attachment))) {
    if (!part->attributes.flag("only") || !before.has(part->id)) continue;
    if (!has_attached(own, *part)) outdated.push_back(part->id);
  }
  return outdated;
}

namespace {

/// What CompareIndexInfo() in src/backend/catalog/index.c looks at.
Attributes compared(const Object& part) {
  Attributes attributes;
  for (const std::string_view name : {"unique", "using", "include", "nulls_not_distinct", "where"}) {
    if (const Value* value = part.attributes.find(name)) attributes.set(name, *value);
  }
  List elements;
  if (part.id.kind == KindId::Constraint) {
    attributes.set("unique", true);
    for (const std::string& column : part.attributes.texts("columns")) elements.push_back(Value(Map{{"column", Value(column)}}));
  } else {
    for (const Value& element : part.attributes.find("elements")->list()) {
      Map map;
      if (element.is_text()) map.emplace_back("column", element);
      for (const auto& [key, value] : element.map()) {
        if (key != "order" && key != "nulls" && key != "options") map.emplace_back(key, value);
      }
      elements.push_back(Value(std::move(map)));
    }
  }
  attributes.set("elements", Value(std::move(elements)));
  return attributes;
}

}  // namespace

bool may_be_taken(const Object& part, const Object& parent) {
  if (parent.id.kind == KindId::Constraint && part.id.kind != KindId::Constraint) return false;
  return compared(part) == compared(parent);
}

void order_similar_indexes(CatalogBuilder& catalog, const ObjectId& table, const std::vector<Object*>& parts,
                           const std::map<ObjectId, std::vector<Object*>>& by_table) {
  Object* attachment = catalog.find({KindId::Partition, table.schema, table.name, {}, {}});
  const auto above = attachment == nullptr ? by_table.end() : by_table.find(whole_of(*attachment));
  if (above == by_table.end()) return;
  for (Object* part : parts) {
    const std::optional<ObjectId> own_parent = attached_parent(*part, attachment, catalog);
    for (const Object* parent : above->second) {
      if ((own_parent && !(parent->id < *own_parent)) || !may_be_taken(*part, *parent)) continue;
      add_sorted(part->mentions, parent->id);
      if (!own_parent) add_sorted(part->mentions, attachment->id);    // ATTACH PARTITION would take it as well
    }
    const bool has_rival = std::any_of(parts.begin(), parts.end(), [&](const Object* other) {
      return other != part && other->attributes.has("attached_to") && compared(*other) == compared(*part);
    });
    if (!own_parent || !has_rival || needs_only(catalog, *own_parent)) continue;
    std::erase(attachment->mentions, part->id);
    add_sorted(part->depends_on, attachment->id);
  }
}

bool needs_attaching(const Object& part, const ChangeContext& context) {
  const auto above = attached_parent(part, context.after.find(attachment_of(part)), context.after);
  const Object* parent = above ? context.after.find(*above) : nullptr;
  return parent != nullptr && parent->attributes.flag("only");
}

std::optional<ObjectId> plain_parent(const Object& part, const Catalog& catalog) {
  if (part.id.kind != KindId::Constraint) return std::nullopt;
  const auto above = attached_parent(part, catalog.find(attachment_of(part)), catalog);
  return above && above->kind == KindId::Index ? above : std::nullopt;
}

std::string automatic_name(const Object& part) { return automatic_name_on(relation_id(part), part); }

std::string automatic_name_on(const ObjectId& partition, const Object& whole) {
  const std::string& table = partition.name;
  const std::string& type = whole.attributes.text("type");
  if (type == "primary key") return make_object_name(table, "", "pkey");
  std::vector<std::string> columns = whole.attributes.texts("columns");
  if (const Value* elements = whole.attributes.find("elements")) {
    frontend::FragmentParser fragments;
    columns = element_names(elements->list(), fragments);
  }
  for (const std::string& column : whole.attributes.texts("include")) columns.push_back(column);
  const std::string_view label = whole.id.kind == KindId::Index ? "idx" : type == "exclusion" ? "excl" : "key";
  return make_object_name(table, joined_column_names(distinct_column_names(columns)), label);
}

namespace {

/// Dropped while the tables stay together, the index of the whole takes its parts with it.
bool went_with_whole(const ObjectId& whole_index, const Object& attachment, const ChangeContext& context) {
  return context.is_dropped(whole_index) && !context.is_dropped(attachment.id);
}

}  // namespace

std::optional<std::string> automatic_twin(const Object& part, const ChangeContext& context) {
  if (is_only_copied(part)) return automatic_name(part);
  const Object* attachment = context.before.find(attachment_of(part));
  const auto above = attachment == nullptr ? std::nullopt : attached_parent(part, attachment, context.before);
  if (!above || !is_standing(context, *above) || !is_standing(context, attachment->id) || context.is_created(relation_id(part))) return std::nullopt;
  if (went_with_whole(*above, *attachment, context)) return std::nullopt;
  if (context.before.find(*above)->attributes.flag("only")) return std::nullopt;
  return automatic_name(part);
}

namespace {

/// What the part has of the attributes that one function alters.
std::vector<std::string_view> shared_by(const AttributeRule& rule, const Object& part) {
  std::vector<std::string_view> names;
  for (const AttributeRule& other : kind(part.id.kind).attributes) {
    if (other.alter == rule.alter && part.attributes.has(other.name)) names.push_back(other.name);
  }
  return names;
}

/// Makes the storage of one part that of another with the same definition.
void change_storage(const Object* from, const Object& to, const Sql& address, Action& action) {
  Alteration alteration{from, to, {}};
  const auto differs = [&](std::string_view name) {
    const Value* a = from == nullptr ? nullptr : from->attributes.find(name);
    const Value* b = to.attributes.find(name);
    return (a == nullptr) != (b == nullptr) || (a != nullptr && !(*a == *b));
  };
  for (const std::string_view name : {"with", "tablespace"}) {
    if (differs(name)) alteration.changed.push_back(name);
  }
  if (!alteration.changed.empty()) alter_index_storage(alteration, address, action);
}

}  // namespace

void adapt_twin(const Object& part, const Sql& address, const ChangeContext& context, Action& action) {
  for (const Catalog* catalog : {&context.before, &context.after}) {
    const auto above = attached_parent(part, catalog->find(attachment_of(part)), *catalog);
    const Object* parent = above ? catalog->find(*above) : nullptr;
    if (parent != nullptr) return change_storage(parent, part, address, action);
  }
}

void conform_to_parent(const Object& part, const std::string& name, const ChangeContext& context, Action& action) {
  Object plain = part;
  (plain.id.member.empty() ? plain.id.name : plain.id.member) = name;
  const auto above = attached_parent(part, context.before.find(attachment_of(part)), context.before);
  const Object* parent = above ? context.after.find(*above) : twin_above(part, context.after);
  if (parent != nullptr && has_index(part)) change_storage(&part, *parent, index_address(plain), action);
  for (const AttributeRule& rule : kind(part.id.kind).attributes) {
    if (rule.after_create) plain.attributes.remove(rule.name);
  }
  const std::string description = action.description;
  std::vector<AlterFn> done;
  for (const AttributeRule& rule : kind(part.id.kind).attributes) {
    if (!rule.after_create || !part.attributes.has(rule.name) || std::ranges::find(done, rule.alter) != done.end()) continue;
    done.push_back(rule.alter);
    rule.alter({&part, plain, shared_by(rule, part)}, context, action);
  }
  action.description = description;
}

std::optional<std::string> left_by_parent(const Object& part, const ChangeContext& context) {
  if (context.before.has(part.id) || !is_standing(context, relation_id(part))) return std::nullopt;
  const Object* twin = twin_above(part, context.before);
  if (twin == nullptr || twin_above(part, context.after) != nullptr) return std::nullopt;
  // Dropped while the tables stay together, it took this one with it.
  if (context.is_dropped(twin->id) && !context.is_dropped(relation_id(*twin))) return std::nullopt;
  const std::string& type = part.attributes.text("type");
  return type == "check" || type == "foreign key" ? own_name(*twin) : automatic_name(part);
}

std::optional<std::string> taken_by_parent(const Object& part, const ChangeContext& context) {
  if (context.after.has(part.id) || context.is_dropped(relation_id(part))) return std::nullopt;
  const Object* twin = twin_above(part, context.after);
  if (twin == nullptr || twin_above(part, context.before) != nullptr) return std::nullopt;
  if (has_attached(context.after.children(relation_id(part)), *twin)) return std::nullopt;      // another one is the twin's part
  const std::string& type = part.attributes.text("type");
  // A child's own check stays its own when it is merged with the parent's, a partition's doesn't: MergeWithExistingConstraint() in src/backend/catalog/heap.c.
  if (type == "check" && Lineage(context.after).partition(relation_id(part)) == nullptr) return std::nullopt;
  return type == "check" || type == "foreign key" ? own_name(part) : automatic_name(part);
}

void drop_implied_part(const ObjectId& table, const Object& whole, Action& action) {
  if (whole.id.kind == KindId::Index) {
    action.sql.push_back(sql("DROP INDEX {}", qualified(table.schema, automatic_name_on(table, whole))));
  } else {
    const std::string name = whole.attributes.text("type") == "foreign key" ? own_name(whole) : automatic_name_on(table, whole);
    action.sql.push_back(sql("ALTER TABLE {} DROP CONSTRAINT {}", qualified(table.schema, table.name), ident(name)));
  }
}

void drop_left_parts(const ObjectId& table, const ChangeContext& context, Action& action) {
  const Lineage past(context.before);
  const std::vector<const Object*> own = context.before.children(table), wanted = context.after.children(table);
  std::vector<ObjectId> above = past.parents(table);
  for (std::size_t i = 0; i < above.size(); ++i) {
    for (const Object* part : context.before.children(above[i])) {
      const bool is_part = part->id.kind == KindId::Index || (part->id.kind == KindId::Constraint && part->attributes.text("type") != "check");
      // What goes with its parent's is gone by then.
      if (!is_part || part->attributes.flag("only") || context.is_dropped(part->id)) continue;
      if (has_attached(own, *part) || std::ranges::any_of(wanted, [&](const Object* one) { return same_definition(*part, *one); })) continue;
      drop_implied_part(table, *part, action);
    }
    for (const ObjectId& next : past.parents(above[i])) above.push_back(next);
  }
}

// The index of the partitioned table is made anew and gives each partition a part as it would have by itself, and ONLY is forgotten: ATPostAlterTypeParse() in src/backend/commands/tablecmds.c
// reads what pg_get_indexdef_string() says.
bool loses_own_parts(const Object& part, const Catalog& before) {
  if (part.attributes.has("attached_to") || part.attributes.flag("only")) return true;
  return std::ranges::any_of(part.mentions, [&](const ObjectId& mention) {      // the parts of a whole, or the whole whose part it could be
    const Object* other = mention.kind == KindId::Index || mention.kind == KindId::Constraint ? before.find(mention) : nullptr;
    return other != nullptr && loses_own_parts(*other, before);
  });
}

std::vector<ObjectId> wholes_of_dropped_parts(const Object& attachment, const ChangeContext& context) {
  std::vector<ObjectId> wholes;
  for (const Object* part : context.before.children(*attachment.parent)) {
    if (!part->attributes.has("attached_to") || !context.is_dropped(part->id)) continue;
    const auto above = attached_parent(*part, &attachment, context.before);
    if (above && context.is_dropped(*above)) wholes.push_back(*above);
  }
  return wholes;
}

std::vector<ObjectId> detached_first(const Object& part, const ChangeContext& context) {
  std::vector<ObjectId> attachments;
  if (part.attributes.has("attached_to")) {
    const Object* attachment = context.before.find(attachment_of(part));
    if (attachment != nullptr && context.is_dropped(attachment->id) && context.is_dropped(whole_of(*attachment))) attachments.push_back(attachment->id);
  }
  for (const Object* attachment : attachments_to(relation_id(part), context.before)) {
    if (!context.is_dropped(attachment->id)) continue;
    const bool keeps_its_part = std::ranges::any_of(context.before.children(*attachment->parent), [&](const Object* own) {
      return own->attributes.has("attached_to") && !context.is_dropped(own->id) && attached_parent(*own, attachment, context.before) == part.id;
    });
    if (keeps_its_part) attachments.push_back(attachment->id);
  }
  return attachments;
}

AttachedDrop attached_drop(const Object& part, const ChangeContext& context) {
  const Object* attachment = context.before.find(attachment_of(part));
  const auto above = attached_parent(part, attachment, context.before);
  if (!above || attachment == nullptr) return {};
  const Object* whole = context.before.find(*above);
  if (context.is_dropped(attachment->id)) return {whole != nullptr && context.is_dropped(*above) && !context.is_dropped(relation_id(*whole)), {}};
  const Object* later = context.is_created(part.id) ? context.after.find(part.id) : nullptr;
  if (context.is_dropped(*above) || (later != nullptr && relation_id(*later) == relation_id(part))) return {true, {}};
  return {true, automatic_name(part)};
}

bool alter_attached_part(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& part = alteration.after;
  const Object* attachment = alteration.before == nullptr ? nullptr : context.before.find(attachment_of(*alteration.before));
  const auto above = attachment == nullptr ? std::nullopt : attached_parent(*alteration.before, attachment, context.before);
  if (above && went_with_whole(*above, *attachment, context)) return true;
  if (part.attributes.has("attached_to") && needs_attaching(part, context)) {
    action.sql.push_back(sql("ALTER INDEX {} ATTACH PARTITION {}", fragment(part.attributes.text("attached_to")), index_address(part)));
  }
  return false;
}

}  // namespace lpc::kinds
