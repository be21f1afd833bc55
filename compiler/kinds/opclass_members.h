// The operators and support functions of operator classes and families. https://www.postgresql.org/docs/15/sql-createopclass.html
// Catalogs hold them as two lists, `operators` and `functions`, of maps: number, name (an operator's or function's text), types (what they are for, "integer, bigint"),
// of a function its `arguments`, of an operator `order_by`, the family that sorts its results.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "ast/ast.h"
#include "kinds/kind.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"

namespace lpc::kinds::opclass {

struct Member {
  bool is_function = false;
  std::int64_t number = 0;
  std::string types;
  std::string name;
  std::string arguments;
  std::string order_by;
  friend auto operator<=>(const Member&, const Member&) = default;
};

/// Both lists of an object, in the order of numbers and types.
std::vector<Member> members(const Object& object);
void set_members(Object& object, std::vector<Member> members);

/// Members of a family that a class of it says, before 14 they come and go with that class. A note for planning, `_said_by_classes`.
struct SaidMember {
  Member member;
  ObjectId said_by;
};
std::vector<SaidMember> said_by_classes(const Object& family);
void note_said_by_class(Object& family, const Member& member, const ObjectId& operator_class);

/// From the clauses of a declaration; `type` is the class's, "" for a family, whose members must say what types they are for.
std::vector<Member> lower_members(const ast::Decl& decl, const std::string& method, const std::string& type, LowerContext& context);
/// Whether Postgres (from 14 on) ties such a member of a class to its family alone, so that it can be added and taken away by itself.
bool is_loose(const Member& member, std::string_view method, std::string_view type);
/// The access method of Postgres's own whose handler a declared method has; the name itself for others.
std::string handled_like(const std::string& method, const Object* declared);

/// The operators, functions, types and families that members need.
void link(const Object& object, LinkContext& context);
/// `OPERATOR 1 shop.< (a, b)`; with `drops` as ALTER OPERATOR FAMILY … DROP takes it.
Sql clause(const Member& member, bool drops = false);
/// Of a class or family `object`, of a class the `type` that it is for.
void print(const Object& object, const Member& member, const std::string& type, const Catalog& catalog, LpWriter& writer);
/// The name of a family that `object` has something to do with.
void print_family_name(const Object& object, const std::string& family, const std::string& method, const Catalog& catalog, LpWriter& writer);

/// Both kinds' address: schema.name USING method.
Sql address(const ObjectId& id);
/// A family as text: `integer_ops` of pg_catalog, `shop.prices`.
ObjectId family_named(std::string_view text, const std::string& method);

// Query text: the members that hang on a class or family, `catalog` being its catalog, `oid` its OID and `family` that of the family.
#define LPC_OPCLASS_MEMBERS(catalog, oid, family)                                                                                                     \
  "left join lateral (\n"                                                                                                                             \
  "  select string_agg('pg_amop:' || o.oid, ' ') as aliases, json_agg(json_strip_nulls(json_build_object('number', o.amopstrategy,\n"                \
  "      'name', case when pn.nspname = 'pg_catalog' then p.oprname::text else quote_ident(pn.nspname) || '.' || p.oprname end,\n"                    \
  "      'types', format_type(o.amoplefttype, null) || ', ' || format_type(o.amoprighttype, null),\n"                                                 \
  "      'order_by', case when sn.nspname = 'pg_catalog' then quote_ident(s.opfname) when s.oid is not null then format('%I.%I', sn.nspname, s.opfname) end))) as list\n" \
  "  from pg_depend e\n"                                                                                                                              \
  "  join pg_amop o on o.oid = e.objid and o.amopfamily = " family "\n"                                                                              \
  "  join pg_operator p on p.oid = o.amopopr\n"                                                                                                       \
  "  join pg_namespace pn on pn.oid = p.oprnamespace\n"                                                                                               \
  "  left join pg_opfamily s on s.oid = o.amopsortfamily\n"                                                                                           \
  "  left join pg_namespace sn on sn.oid = s.opfnamespace\n"                                                                                          \
  "  where e.classid = 'pg_amop'::regclass and e.refclassid = '" catalog "'::regclass and e.refobjid = " oid ") operators on true\n"                  \
  "left join lateral (\n"                                                                                                                             \
  "  select string_agg('pg_amproc:' || a.oid, ' ') as aliases, json_agg(json_build_object('number', a.amprocnum,\n"                                   \
  "      'name', case when pn.nspname = 'pg_catalog' then quote_ident(p.proname) else format('%I.%I', pn.nspname, p.proname) end,\n"                  \
  "      'types', format_type(a.amproclefttype, null) || ', ' || format_type(a.amprocrighttype, null),\n"                                             \
  "      'arguments', (select string_agg(format_type(t.type, null), ', ' order by t.i) from unnest(p.proargtypes) with ordinality t(type, i)))) as list\n" \
  "  from pg_depend e\n"                                                                                                                              \
  "  join pg_amproc a on a.oid = e.objid and a.amprocfamily = " family "\n"                                                                          \
  "  join pg_proc p on p.oid = a.amproc\n"                                                                                                            \
  "  join pg_namespace pn on pn.oid = p.pronamespace\n"                                                                                               \
  "  where e.classid = 'pg_amproc'::regclass and e.refclassid = '" catalog "'::regclass and e.refobjid = " oid ") functions on true\n"

}  // namespace lpc::kinds::opclass
