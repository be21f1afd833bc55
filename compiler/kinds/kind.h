// What lpc knows of one kind of Postgres object: how to read it from a server, from .lp and back, how to make, change and drop it, and what it needs.
// Everything else (diff, order, reverse, hash, JSON, the introspector) is generic over this and names no kind.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ast/ast.h"
#include "catalog/catalog.h"
#include "change/action.h"
#include "diag/sink.h"
#include "frontend/sql_fragment.h"

namespace lpc::kinds {

// ---- attributes -----------------------------------------------------------------------------------------------------------

/// What an attribute's value is. Decides how a row's text becomes a Value and which references it holds.
enum class Content : std::uint8_t {
  flag,         ///< bool; false is left out
  integer,
  text,         ///< plain text without references
  name,         ///< an identifier, unquoted
  names,        ///< list of identifiers, in order
  role,         ///< a role's name
  roles,        ///< list of roles' names
  type,         ///< a type as format_type() prints it under an empty search_path
  expression,   ///< SQL, without enclosing parentheses
  query,
  statement,    ///< one or more SQL statements (rule actions)
  relation,     ///< a qualified relation name as SQL text: shop."Users"
  relations,    ///< list of such names
  routine,      ///< a qualified routine name as SQL text, without arguments
  collation,    ///< a qualified collation name as SQL text
  list,         ///< any list (JSON in the row)
  map,          ///< any map (JSON in the row)
  privileges,   ///< who has which, or with a name that ends in `revokes` lacks which: a map of role to entries as acl::Entry has them
};

struct ChangeContext;
struct Alteration;

/// Adds to the action the SQL that gives the object the `after` values of the attributes that changed.
using AlterFn = void (*)(const Alteration&, const ChangeContext&, Action&);

/// How a change of the attribute is carried out. A null `alter` means that the object must be replaced (dropped and created again).
/// Attributes that share one `alter` function are altered by one call.
struct AttributeRule {
  std::string_view name;
  Content content;
  AlterFn alter = nullptr;
  /// Not compared; shown and hashed nowhere (kept only to build SQL). Rarely right.
  bool ignored = false;
  /// On creation, `alter` runs after `create` as well (with no before), because CREATE can't say it: owner, comment, grants.
  bool after_create = false;
  /// Dependents whose kind has `rebuilt_with_column` must be taken down before the change and put back after it.
  bool disturbs_dependents = false;
  /// When the sources don't say it, the live value stays (and the session's own is used for a new object): the owner.
  bool unsaid_keeps_live = false;
  /// Of a name that Postgres made up and that otherwise follows a rename: whether other objects hold it as it is.
  bool (*held)(const Object& object, const Catalog& catalog) = nullptr;
  /// A list whose order Postgres can't change (04-planning, "Column order"): items both sides have keep the live order, new ones follow. An
  /// item is a text, or a map with a `name`.
  bool keeps_live_order = false;
  /// A list of what has a name, is no object of its own and can be renamed: an enum's values, a composite type's attributes (see kinds/parts.h).
  bool lists_parts = false;
  /// A text, list or map with SQL in it that the server prints from what it has stored, as it does every expression, query and statement.
  bool has_sql = false;
  /// With an alter: whether this very change comes after what becomes of the object's parts. Null: it never does.
  bool (*after_parts)(const Object& before, const Object& after) = nullptr;
  /// With an alter: true when this very change can't be altered after all, so that the object must be replaced (SET EXPRESSION before 17).
  bool (*replace_when)(const Object& before, const Object& after, int server_version) = nullptr;
  /// When `replace_when` holds and columns have the type, a plan back leaves the attribute as it is (plan/lasting_parts.h): what it then says of that.
  std::string_view lasts = {};
};

struct Alteration {
  const Object* before;                        ///< null right after creation
  const Object& after;
  std::vector<std::string_view> changed;       ///< names of the changed attributes that share this alter function

  bool has(std::string_view name) const;
};

// ---- what hooks see ---------------------------------------------------------------------------------------------------------

struct ChangeContext {
  const Catalog& before;                       ///< what exists before the plan
  const Catalog& after;                        ///< what shall exist
  int server_version;                          ///< 150020
  std::string role;                            ///< the role that will run the plan; "" when unknown
  /// True when `id` is made by its parent's create (its `inline_sql` is part of the parent's statement).
  std::function<bool(const ObjectId&)> is_folded;
  /// True when the plan replaces or drops `id` elsewhere, so that the hook need not take care of it.
  std::function<bool(const ObjectId&)> is_dropped;
  /// True when the plan creates `id` (replacements included).
  std::function<bool(const ObjectId&)> is_created;
  /// What the plan has renamed before anything else, each with its id before and after; null when nothing.
  const Renames* renames = nullptr;
  /// Relations, as ObjectId::path() has them, whose rows others may be using: changes of them take online forms. Null: nobody knows, so the plain forms are taken.
  const std::set<std::string>* in_use = nullptr;
};

class LowerContext;
class LinkContext;
class LpWriter;

struct IntrospectQuery {
  /// A query whose columns are the object's attributes (NULL: left out; flags 'f': left out) plus
  ///   _schema _name _member _arguments   the id's parts (absent columns are "")
  ///   _parent_kind                       name of the parent's kind; the parent is (_parent_kind, _schema, _name [, _parent_member]) unless
  ///   _parent_name _parent_member        say otherwise
  ///   _parent_schema
  ///   _aliases                           "class:oid" or "class:oid:sub" words, blank-separated: the catalog rows that are this object
  ///                                      (for a table: 'pg_class:16390', and 'pg_type:16392' for its row type and its array type)
  ///   _acl _acl_owner                    aclitem[] as text and the owner's name: become `grants` and `revokes`
  ///   _sequence_acl                      that of the sequence behind an identity column: becomes `sequence_grants` and `sequence_revokes`
  ///   _depends                           object ids as text, newline-separated, that pg_depend doesn't know
  /// It runs with an empty search_path in one repeatable read, read only snapshot shared by all kinds. The text may hold the macros of
  /// introspect/macros: `{user_schema:n}` (a condition on a pg_namespace alias: no system schema, not lpc's own),
  /// `{not_member:pg_class:c.oid}` (not a member of an extension).
  std::string_view sql;
  int from_version = 0;                        ///< the first server version number that it is for (0, 140000, …)
};

/// Attributes that are dear to ask for and that not every object has: asked for by themselves, so that a database without any pays nothing for them.
struct DetailQuery {
  /// `_of` is one of the words of the object's `_aliases`, every other column an attribute. Rows of what the kind's own query leaves out count for nothing. Otherwise as there.
  std::string_view sql;
  std::string_view found_in = {};              ///< as KindTraits::found_in
  bool asked_beside = false;                   ///< as KindTraits::asked_beside
};

using LowerFn = void (*)(const ast::Decl&, LowerContext&);
using NormaliseFn = void (*)(CatalogBuilder&);
using EdgesFn = void (*)(const Object&, LinkContext&);
using CreateFn = void (*)(const Object&, const ChangeContext&, Action&);
using DropFn = void (*)(const Object&, const ChangeContext&, Action&);
using RenameFn = void (*)(const Object& before, const ObjectId& after, Action&);
using InlineFn = Sql (*)(const Object&, const ChangeContext&);
using FoldsFn = bool (*)(const Object&, const ChangeContext&);
using AddressFn = Sql (*)(const ObjectId&);
using PrintFn = void (*)(const Object&, const Catalog&, LpWriter&);
using SlotsFn = std::vector<std::string> (*)(const Object&);

struct KindTraits {
  /// Gone when its parent is dropped; needs no drop of its own then.
  bool dropped_with_parent = false;
  /// With dropped_with_parent: true when it must be dropped by itself before its parent is, because it ties that to something else that goes (a foreign key in a circle).
  bool (*dropped_apart)(const Object&, const ChangeContext&) = nullptr;
  /// What takes it along when dropped, though it is no part of it: an owned sequence's column. Null: nothing.
  std::optional<ObjectId> (*gone_with)(const Object&) = nullptr;
  /// Holds rows or state that a drop loses: a table, column, sequence, materialized view. Never replaced only because something else is.
  bool holds_data = false;
  /// What it holds is computed from other things and can be computed again: a stored generated column. Null: never.
  bool (*derived)(const Object&) = nullptr;
  /// What loses data is worth a hazard of this code when dropped; kNone when nothing is lost.
  diag::Code drop_hazard = diag::Code{};
  /// Postgres refuses to alter the type of a column that it uses: taken down before and put back after (views, policies, rules, triggers).
  bool rebuilt_with_column = false;
  /// Can be renamed aside, made anew, its columns converted through text, and dropped: enum, composite type, domain, collation.
  bool swappable = false;
  /// With swappable: the statements that give the old form, under its name aside, the parts of the new one, so that the texts of its values are such of the new one. Null: they are.
  void (*fit_aside)(const Object& aside, const Object& after, Action&) = nullptr;
  /// Whether it can't outlive that the types of columns change one after the other: a foreign key whose columns and the ones they refer to can't be compared meanwhile, an index whose
  /// partitions have it under names of their own, which Postgres would forget, a routine whose parsed body uses them. It is taken down before, then, and put back. `is_converted`
  /// tells columns whose type is made anew. Null: it always can.
  bool (*torn_by_types)(const Object& before, const Catalog& before_catalog, const Catalog& after, const std::function<bool(const ObjectId&)>& is_converted) = nullptr;
  /// What there is because of it, goes with it and is no object of the catalog, under the id that it would have: the copies that a partition has of a partitioned table's indexes. Null: nothing.
  std::vector<ObjectId> (*unsaid_parts)(const Object&, const Catalog&) = nullptr;
  /// What stands and has to be made anew after this one, which is created: the indexes of a partitioned table that are its own ONLY, of which a partition would get copies. Null: nothing.
  std::vector<ObjectId> (*outdates)(const Object&, const Catalog& before, const Catalog& after) = nullptr;
  /// What attaches its parent to another object, which it names: a partition's attachment, the partitioned table. Null: it attaches nothing.
  ObjectId (*attached_to)(const Object&) = nullptr;
  /// Of a column: a statement that makes, alters or drops it does so to the columns of tables that have that from this one.
  bool reaches_heirs = false;
  /// Belongs to the cluster, not to the database: managed only when declared.
  bool cluster_wide = false;
  /// Belongs to the database but to no schema: managed when declared, or with --manage '*'.
  bool schemaless = false;
  /// Its id's name is a role's.
  bool named_after_role = false;
  /// Its actions come after everything else that is possible (default privileges, so that what the plan creates meets the old ones).
  bool runs_last = false;
  /// The statements that move it, when that comes first: what it holds moves along, and Postgres then has other names for that everywhere (an extension's move to another schema).
  /// None when it doesn't move, or nothing live needs it. Null: it holds nothing.
  std::vector<Sql> (*moves_along)(const Object& before, const Object& after, const Catalog& live, const Catalog& desired) = nullptr;
  /// The letter acldefault() takes for it ('r', 's', 'f', 'n', 'T', 'c'), or 0 when it has no grants.
  char acl_type = 0;
  /// The object that must be made anew when this one's type changes, because Postgres refuses that: the partitioned table whose key a column is in. Null: none.
  std::optional<ObjectId> (*ties_down)(const Object& before, const Catalog& catalog) = nullptr;
  /// Rows of system catalogs, as what follows FROM: without one there is no object of this kind, and its own, longer query need not be asked. "" when it always must be.
  /// A catalog's name alone, of one that is empty at first (asked for its size); or `name where condition`, asked together with others on that catalog; or `(a query) alias`.
  /// Users' rows have OIDs from 16384 on: FirstNormalObjectId in src/include/access/transam.h.
  std::string_view found_in = {};
  /// Of a big database a second session asks for it, beside the others and without a look into `found_in`: its query takes long there, and prints hardly any expressions.
  /// For these a session loads each relation that they are over, once, so what prints many is asked for in the first one. Each has about half of the work.
  bool asked_beside = false;
  /// The attribute in which the parent lists such parts by name, in the order of `_aliases`, whose first word is "class:parent's oid:number": filled in by introspection. "": none.
  std::string_view listed_as = {};
  /// A change of attributes whose rules say replace can be done by CREATE OR REPLACE when `create` is run again (see can_replace).
  bool (*can_replace)(const Object& before, const Object& after) = nullptr;
  /// The statement that makes (or, with `replaces`, makes of what is there) the same object without what it needs but for the types of its columns; `create` then replaces that.
  /// For objects that need each other. Empty when the object doesn't know its columns. Null: there is no such thing.
  Sql (*stand_in)(const Object&, bool replaces) = nullptr;
};

struct Kind {
  KindId id;
  std::string_view sql_name;                   ///< as in ALTER, DROP, COMMENT ON: "MATERIALIZED VIEW"
  std::span<const std::string_view> declared_as;  ///< ast::Decl kinds that `lower` takes
  std::span<const IntrospectQuery> introspect; ///< newest first; the first whose from_version fits is used
  std::span<const DetailQuery> details = {};
  LowerFn lower;
  NormaliseFn normalise;                       ///< leaves out what the server implies; may be null
  EdgesFn edges;                               ///< beyond what Content says; may be null
  CreateFn create;
  DropFn drop;
  RenameFn rename;                             ///< null when Postgres can't rename it
  InlineFn inline_sql;                         ///< null when it is never part of its parent's CREATE
  FoldsFn folds;                               ///< whether this object may be part of its parent's CREATE; null: never
  AddressFn address;                           ///< as ALTER and COMMENT ON name it: `shop.users`, `touch ON shop.users`
  std::span<const AttributeRule> attributes;
  PrintFn print_lp;
  SlotsFn slots;                               ///< names it occupies ("relation shop.users"); null: none beyond its id
  KindTraits traits;
};

/// A forgotten hook is a compile error: each kind's file ends in static_assert(is_complete(kFoo)).
constexpr bool is_complete(const Kind& kind) {
  return !kind.sql_name.empty() && !kind.introspect.empty() && kind.lower && kind.create && kind.drop && kind.address &&
         kind.print_lp && !kind.attributes.empty() && (!kind.inline_sql || kind.folds);
}

#define KIND(enumerator, constant, name) extern const Kind constant;
#include "kinds/kinds.def"
#undef KIND

const Kind& kind(KindId id);
std::span<const Kind* const> all_kinds();
/// The kind whose `declared_as` has that word, or null.
const Kind* kind_declared_as(std::string_view decl_kind);
/// The rule of that name, or null.
const AttributeRule* rule(const Kind& kind, std::string_view attribute);
/// Whether the server prints SQL there from what it has stored, in its own words.
bool holds_sql(const AttributeRule& rule);
/// For catalog_from_json.
const AttributeNames& attribute_names();

}  // namespace lpc::kinds
