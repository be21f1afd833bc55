// What kinds share: the registry, privileges, names, .lp words.
#include <gtest/gtest.h>

#include <set>

#include "kinds/acl.h"
#include "kinds/kind.h"
#include "kinds/lp_writer.h"
#include "kinds/names.h"

namespace lpc::kinds {
namespace {

std::vector<std::string> texts(const std::vector<Sql>& statements) {
  std::vector<std::string> result;
  for (const Sql& statement : statements) result.push_back(statement.text);
  return result;
}

std::vector<std::string> entries(const Attributes& attributes, std::string_view name, std::string_view grantee) {
  const Value* lists = attributes.find(name);
  const Value* list = lists == nullptr ? nullptr : lists->find(grantee);
  return list == nullptr ? std::vector<std::string>() : list->texts();
}

Attributes from_acl(std::string_view text, char type, int version = 150000) {
  Attributes attributes;
  set_grants_from_acl(attributes, text, "app", type, version);
  return attributes;
}

using Texts = std::vector<std::string>;

TEST(KindRegistry, HasEveryKindOfTheList) {
  ASSERT_EQ(all_kinds().size(), kKindCount);
  for (std::size_t i = 0; i < kKindCount; ++i) {
    EXPECT_EQ(all_kinds()[i]->id, static_cast<KindId>(i)) << kind_name(static_cast<KindId>(i));
    EXPECT_TRUE(is_complete(*all_kinds()[i])) << kind_name(static_cast<KindId>(i));
  }
}

TEST(KindRegistry, WordsAndAttributesAreUnambiguous) {
  std::set<std::string_view> words;
  for (const Kind* kind : all_kinds()) {
    for (const std::string_view word : kind->declared_as) EXPECT_TRUE(words.insert(word).second) << word;
    std::set<std::string_view> names;
    for (const AttributeRule& rule : kind->attributes) EXPECT_TRUE(names.insert(rule.name).second) << kind_name(kind->id) << " " << rule.name;
  }
  EXPECT_EQ(kind_declared_as("schema"), &kSchema);
  EXPECT_EQ(kind_declared_as("no such thing"), nullptr);
  EXPECT_EQ(attribute_names().find(KindId::Role, "login"), "login");
  EXPECT_EQ(attribute_names().find(KindId::Role, "logon"), "");
}

TEST(KindRegistry, OwnersComeBeforeGrants) {
  for (const Kind* kind : all_kinds()) {
    std::size_t owner = 0;
    std::size_t grants = kind->attributes.size();
    for (std::size_t i = 0; i < kind->attributes.size(); ++i) {
      if (kind->attributes[i].name == "owner") owner = i;
      if (kind->attributes[i].name == "grants") grants = i;
    }
    EXPECT_LE(owner, grants) << kind_name(kind->id);
  }
}

TEST(Acl, ReadsWhatDiffersFromTheDefault) {
  const Attributes table = from_acl("{app=arwdDxt/app,reader=r/app,\"we \\\"b\\\"=a*w/app\",=r/app}", 'r');
  EXPECT_EQ(entries(table, "grants", "reader"), Texts({"SELECT"}));
  EXPECT_EQ(entries(table, "grants", "public"), Texts({"SELECT"}));
  EXPECT_EQ(entries(table, "grants", "app"), Texts());
  EXPECT_FALSE(table.has("revokes"));
}

TEST(Acl, ReadsQuotedRolesAndOptions) {
  const Attributes table = from_acl(R"({app=arwdDxt/app,"\"We \"\"b\"\" x\"=a*w/app"})", 'r');
  EXPECT_EQ(entries(table, "grants", "We \"b\" x"), Texts({"INSERT*", "UPDATE"}));
}

TEST(Acl, WritesACompleteSetAsAll) {
  EXPECT_EQ(entries(from_acl("{app=arwdDxt/app,reader=arwdDxt/app}", 'r'), "grants", "reader"), Texts({"ALL"}));
  EXPECT_EQ(entries(from_acl("{app=arwdDxtm/app,reader=arwdDxt/app}", 'r', 170000), "grants", "reader").size(), 7U);
  EXPECT_EQ(entries(from_acl("{app=X/app,reader=X/app}", 'f'), "grants", "reader"), Texts({"EXECUTE"}));
  EXPECT_EQ(entries(from_acl("{app=X/app,reader=X/app}", 'f'), "revokes", "public"), Texts({"EXECUTE"}));
}

TEST(Acl, KnowsWhatTheOwnerLacks) {
  const Attributes table = from_acl("{app=r/app,bob=r*/app,carol=r/bob}", 'r');
  EXPECT_EQ(entries(table, "revokes", "app"), Texts({"DELETE", "INSERT", "REFERENCES", "TRIGGER", "TRUNCATE", "UPDATE"}));
  EXPECT_EQ(entries(table, "grants", "bob"), Texts({"SELECT*"}));
  EXPECT_EQ(entries(table, "grants", "carol"), Texts({"SELECT by bob"}));
  EXPECT_EQ(entries(from_acl("{}", 'r'), "revokes", "app"), Texts({"ALL"}));
}

TEST(Acl, EffectiveIsTheReverseOfReading) {
  for (const std::string_view text : {"{app=arwdDxt/app,reader=r/app}", "{app=r/app,bob=r*/app,carol=r/bob}", "{}", "{app=arwdDxt*/app}"}) {
    const acl::State state = acl::parse(text, "app");
    const Privileges implied = default_privileges_of('r', "app", 150000);
    Attributes attributes;
    acl::set_from_state(attributes, state, implied, 'r', 150000);
    acl::State again = acl::effective(attributes, implied, 'r', 150000);
    std::erase_if(again, [](const auto& entry) { return entry.second.empty(); });
    EXPECT_EQ(again, state) << text;
  }
}

acl::Target table_target() {
  acl::Target target;
  target.object = sql("TABLE shop.users");
  target.acl_type = 'r';
  target.server_version = 150000;
  return target;
}

TEST(Acl, StatementsSayOnlyWhatDiffers) {
  const acl::State start = {{{"", "a"}, {{"SELECT", false}}}, {{"", "b"}, {{"SELECT", false}}}};
  const acl::State wanted = {{{"", "a"}, {{"SELECT", true}}}, {{"", "c"}, {{"INSERT", false}, {"SELECT", false}}}, {{"", "public"}, {{"SELECT", false}}}};
  EXPECT_EQ(texts(acl::statements({start}, wanted, table_target())),
            Texts({"REVOKE SELECT ON TABLE shop.users FROM b", "GRANT SELECT ON TABLE shop.users TO a WITH GRANT OPTION",
                   "GRANT SELECT, INSERT ON TABLE shop.users TO c", "GRANT SELECT ON TABLE shop.users TO PUBLIC"}));
  EXPECT_TRUE(acl::statements({wanted}, wanted, table_target()).empty());
}

TEST(Acl, GrantOptionIsTakenBackAlone) {
  const acl::State start = {{{"", "a"}, {{"SELECT", true}}}};
  const acl::State wanted = {{{"", "a"}, {{"SELECT", false}}}};
  EXPECT_EQ(texts(acl::statements({start}, wanted, table_target())), Texts({"REVOKE GRANT OPTION FOR SELECT ON TABLE shop.users FROM a"}));
}

TEST(Acl, WhatWasHandedOnGoesFirst) {
  const acl::State chain = {{{"", "bob"}, {{"SELECT", true}}}, {{"bob", "carol"}, {{"SELECT", false}}}};
  EXPECT_EQ(texts(acl::statements({chain}, {}, table_target())),
            Texts({"SET ROLE bob", "REVOKE SELECT ON TABLE shop.users FROM carol", "RESET ROLE", "REVOKE SELECT ON TABLE shop.users FROM bob"}));
  EXPECT_EQ(texts(acl::statements({{}}, chain, table_target())),
            Texts({"GRANT SELECT ON TABLE shop.users TO bob WITH GRANT OPTION", "SET ROLE bob", "GRANT SELECT ON TABLE shop.users TO carol", "RESET ROLE"}));
}

TEST(Acl, NewOwnerTakesTheOldOnesPlace) {
  const acl::State state = {{{"", "old"}, {{"SELECT", false}}}, {{"", "next"}, {{"INSERT", false}}}, {{"next", "x"}, {{"SELECT", false}}}};
  const acl::State expected = {{{"", "next"}, {{"INSERT", false}, {"SELECT", false}}}, {{"", "x"}, {{"SELECT", false}}}};
  EXPECT_EQ(acl::with_new_owner(state, "old", "next"), expected);
}

TEST(Acl, NewObjectsStartFromDefaultPrivileges) {
  CatalogBuilder builder;
  Object defaults;
  defaults.id = {KindId::DefaultPrivileges, "shop", "app", "tables", ""};
  defaults.attributes.set("grants", Value(Map{{"reader", Value::strings({"ALL"})}}));
  builder.add(defaults);
  const Catalog before = builder.finish();
  const Catalog after;
  const auto never = [](const ObjectId&) { return false; };
  const ChangeContext context{before, after, 150000, "app", never, never, never};
  Object table;
  table.id = {KindId::Table, "shop", "users", "", ""};
  table.attributes.set("owner", Value("app"));
  table.attributes.set("grants", Value(Map{{"reader", Value::strings({"SELECT"})}, {"web", Value::strings({"SELECT"})}}));
  Action action;
  alter_grants({nullptr, table, {"grants"}}, context, action);
  EXPECT_EQ(texts(action.sql), Texts({"REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON TABLE shop.users FROM reader",
                                      "GRANT SELECT ON TABLE shop.users TO reader, web"}));
}

TEST(Names, AreReadOutOfSql) {
  EXPECT_EQ(name_parts("shop.\"Us\"\"ers\""), Texts({"shop", "Us\"ers"}));
  EXPECT_EQ(name_parts("numeric(12,2)"), Texts());
  std::size_t end = 0;
  EXPECT_EQ(leading_name("shop.money[]", end), Texts({"shop", "money"}));
  EXPECT_EQ(end, 10U);
}

std::string expression(std::string_view text) {
  LpWriter writer;
  writer.expression(text);
  return writer.text();
}

TEST(LpWriter, LeavesPrimariesBare) {
  for (const std::string_view bare : {"0", "-5", "'x'::text", "now()", "'{}'::jsonb", "shop.f(1, 2)", "nextval('shop.seq'::regclass)", "true", "ARRAY[1, 2]",
                                      "'a'::character varying(10)", "CURRENT_TIMESTAMP", "'x'::timestamp with time zone", "NULL::integer[]"}) {
    EXPECT_EQ(expression(bare), bare);
  }
  EXPECT_EQ(expression("a + b"), "(a + b)");
  EXPECT_EQ(expression("(a + b)"), "(a + b)");
  EXPECT_EQ(expression("'1 day'::interval"), "('1 day'::interval)");
  EXPECT_EQ(expression("index"), "(index)");
  EXPECT_EQ(expression("a -- why\n"), "(a -- why\n)");
}

TEST(LpWriter, QuotesAndShortens) {
  LpWriter writer;
  writer.schema = "shop";
  writer.name("shop", "index").name("other", "Big").type("shop.email[]").type("public.citext").type("numeric(12,2)").relation("shop.\"T\"").relation("x.t");
  EXPECT_EQ(writer.text(), "\"index\" other.\"Big\" email[] public.citext numeric(12,2) \"T\" x.t");
  LpWriter strings;
  strings.string("it's").string("a\nb\\c");
  EXPECT_EQ(strings.text(), "'it''s' E'a\\nb\\\\c'");
}

TEST(LpWriter, SaysCommentsAsDocsWhenItCan) {
  Object object;
  object.attributes.set("comment", Value("One.\n\nTwo."));
  LpWriter writer;
  writer.doc(object).word("schema").ident("s").comment_clause(object).line();
  EXPECT_EQ(writer.text(), "--- One.\n---\n--- Two.\nschema s\n");
  object.attributes.set("comment", Value(" blank at the start"));
  LpWriter other;
  other.doc(object).word("schema").ident("s").comment_clause(object).line();
  EXPECT_EQ(other.text(), "schema s comment ' blank at the start'\n");
}

TEST(LpWriter, WritesGrants) {
  Object object;
  object.attributes.set("grants", Value(Map{{"a", Value::strings({"INSERT", "SELECT"})}, {"b", Value::strings({"ALL*"})}, {"c", Value::strings({"SELECT by b"})}}));
  object.attributes.set("revokes", Value(Map{{"public", Value::strings({"EXECUTE"})}}));
  Object column;
  column.id.member = "email";
  column.attributes.set("grants", Value(Map{{"a", Value::strings({"UPDATE"})}}));
  LpWriter writer;
  writer.grants(object, {&column});
  EXPECT_EQ(writer.text(), "revoke execute from public\ngrant insert, select to a\ngrant all to b with grant option\ngrant select to c granted by b\n"
                           "grant update (email) to a\n");
}

TEST(LpWriter, WritesOptions) {
  LpWriter writer;
  writer.options({{"fillfactor", Value("70")}, {"security_barrier", Value("true")}, {"toast.autovacuum_enabled", Value("off")}});
  EXPECT_EQ(writer.text(), "( fillfactor = 70, security_barrier, toast.autovacuum_enabled = 'off' )");
}

}  // namespace
}  // namespace lpc::kinds
