// From sources to objects: names, privileges, dependencies, and what is said of names that mean nothing.
#include <gtest/gtest.h>

#include <algorithm>

#include "frontend/parse.h"
#include "lower/lower.h"

namespace lpc::lower {
namespace {

struct Lowered {
  Catalog catalog;
  std::vector<std::string> codes;
  std::vector<diag::Diagnostic> diagnostics;

  const Object& at(std::string_view id) const {
    static const Object none;
    const auto parsed = ObjectId::parse(id);
    const Object* found = parsed ? catalog.find(*parsed) : nullptr;
    EXPECT_NE(found, nullptr) << id;
    return found == nullptr ? none : *found;
  }

  bool depends(std::string_view id, std::string_view on) const {
    const Object& object = at(id);
    return std::ranges::any_of(object.depends_on, [&](const ObjectId& other) { return other.text() == on; });
  }

  bool mentions(std::string_view id, std::string_view on) const {
    const Object& object = at(id);
    return std::ranges::any_of(object.mentions, [&](const ObjectId& other) { return other.text() == on; });
  }
};

Lowered lower_text(const std::string& text) {
  SourceMap sources;
  diag::Sink sink;
  frontend::FragmentParser fragments;
  std::vector<ast::File> files;
  files.push_back(frontend::parse(sources.add("a.lp", text), sources, sink));
  sema::Module module = sema::analyze(std::move(files), sources, nullptr, sink);
  Lowered result;
  result.catalog = lower(std::move(module), fragments, sink);
  result.diagnostics = sink.all();
  for (const diag::Diagnostic& diagnostic : sink.all()) result.codes.push_back(diag::code_text(diagnostic.code));
  return result;
}

using Texts = std::vector<std::string>;

std::vector<std::string> entries(const Object& object, std::string_view attribute, std::string_view grantee) {
  const Value* lists = object.attributes.find(attribute);
  const Value* list = lists == nullptr ? nullptr : lists->find(grantee);
  return list == nullptr ? Texts() : list->texts();
}

TEST(Lower, MergesBlocksOfOneSchema) {
  const Lowered lowered = lower_text(
      "schema shop owner app {\n  grant usage to x\n}\n--- Goods.\nschema shop {\n  grant usage to y\n  grant create to x\n}\n");
  EXPECT_EQ(lowered.codes, Texts());
  const Object& shop = lowered.at("schema shop");
  EXPECT_EQ(shop.attributes.text("owner"), "app");
  EXPECT_EQ(shop.attributes.text("comment"), "Goods.");
  EXPECT_EQ(entries(shop, "grants", "x"), Texts({"CREATE", "USAGE"}));
  EXPECT_EQ(entries(shop, "grants", "y"), Texts({"USAGE"}));
}

TEST(Lower, BlocksOfOneSchemaMayNotDisagree) {
  EXPECT_EQ(lower_text("schema shop owner a\nschema shop owner b\n").codes, Texts({"LP2002"}));
}

TEST(Lower, PublicIsWhatInitdbMakesIt) {
  const Lowered lowered = lower_text("schema public {\n  grant usage to public\n  revoke create from public\n  grant create to app\n}\n");
  EXPECT_EQ(lowered.codes, Texts());
  const Object& schema = lowered.at("schema public");
  EXPECT_EQ(entries(schema, "grants", "public"), Texts());
  EXPECT_EQ(entries(schema, "revokes", "public"), Texts({"CREATE"}));
  EXPECT_EQ(entries(schema, "grants", "app"), Texts({"CREATE"}));
  EXPECT_TRUE(lower_text("schema public comment 'standard public schema'\n").at("schema public").attributes.empty());
  EXPECT_TRUE(lower_text("schema public comment ''\n").at("schema public").attributes.has("comment"));
}

TEST(Lower, UndeclaredPublicIsThereAllTheSame) {
  EXPECT_FALSE(lower_text("table t { id bigint }\n").at("schema public").external);
  EXPECT_TRUE(lower_text("schema shop\n").at("schema public").external);
}

TEST(Lower, RolesKeepWhatDiffersFromTheDefaults) {
  const Lowered lowered = lower_text(
      "role a {\n  login\n  nosuperuser\n  inherit\n  connection limit 5\n  valid until '2030-01-01'\n  member of c, b\n  set work_mem = '8MB'\n}\n"
      "role b\nrole c\n");
  EXPECT_EQ(lowered.codes, Texts());
  const Attributes& attributes = lowered.at("role a").attributes;
  EXPECT_TRUE(attributes.flag("login"));
  EXPECT_FALSE(attributes.has("superuser"));
  EXPECT_FALSE(attributes.has("noinherit"));
  EXPECT_EQ(attributes.number("connection_limit"), 5);
  EXPECT_EQ(attributes.text("valid_until"), "2030-01-01 00:00:00+00");
  EXPECT_EQ(attributes.texts("member_of"), Texts({"b", "c"}));
  EXPECT_TRUE(lowered.depends("role a", "role b"));
}

TEST(Lower, UnknownRoleOptionsAreReported) { EXPECT_EQ(lower_text("role a {\n  longin\n}\n").codes, Texts({"LP2008"})); }

TEST(Lower, WhatCannotBeRenamedSaysSo) { EXPECT_EQ(lower_text("@renamed_from(b)\nrole a\n").codes, Texts({"LP3010"})); }

TEST(Lower, DefaultPrivilegesCombine) {
  const Lowered lowered = lower_text(
      "schema shop {\n  default privileges for role app grant select on tables to r grant insert on tables to w\n}\n"
      "default privileges for role app in schema shop grant update on tables to r\n"
      "default privileges for role app revoke execute on functions from public\n");
  EXPECT_EQ(lowered.codes, Texts());
  const Object& tables = lowered.at("default privileges shop.app.tables");
  EXPECT_EQ(entries(tables, "grants", "r"), Texts({"SELECT", "UPDATE"}));
  EXPECT_EQ(entries(tables, "grants", "w"), Texts({"INSERT"}));
  EXPECT_EQ(entries(lowered.at("default privileges *.app.functions"), "revokes", "public"), Texts({"EXECUTE"}));
  EXPECT_TRUE(lowered.depends("default privileges shop.app.tables", "schema shop"));
}

TEST(Lower, GrantsGoToTablesAndColumns) {
  const Lowered lowered = lower_text(
      "table t owner app {\n  a int\n  b int\n  grant select, insert (a, b) to r\n  grant all to w with grant option\n  revoke delete from app\n}\n");
  EXPECT_EQ(lowered.codes, Texts());
  EXPECT_EQ(entries(lowered.at("table public.t"), "grants", "r"), Texts({"SELECT"}));
  EXPECT_EQ(entries(lowered.at("table public.t"), "grants", "w"), Texts({"ALL*"}));
  EXPECT_EQ(entries(lowered.at("table public.t"), "revokes", "app"), Texts({"DELETE"}));
  EXPECT_EQ(entries(lowered.at("column public.t.b"), "grants", "r"), Texts({"INSERT"}));
}

TEST(Lower, UnknownPrivilegesAreReported) { EXPECT_EQ(lower_text("table t {\n  a int\n  grant selct to r\n}\n").codes, Texts({"LP3004"})); }

TEST(Lower, DuplicatesNameBothPlaces) {
  const Lowered lowered = lower_text("table t { a int }\ntable t { a int }\nview v as (select 1 as a)\ntable v { a int }\ntable u { a int  a text }\n");
  EXPECT_EQ(lowered.codes, Texts({"LP2002", "LP2011", "LP2002"}));
  for (const diag::Diagnostic& diagnostic : lowered.diagnostics) EXPECT_FALSE(diagnostic.notes.at(0).span.is_nowhere());
}

TEST(Lower, ReferencesBecomeDependencies) {
  const Lowered lowered = lower_text(
      "schema shop {\n  enum status { a, b }\n  table users { id bigint primary key  s status  email text }\n"
      "  table orders { id bigint primary key  user_id bigint references users (id)  index (lower(user_id::text)) }\n"
      "  view v as (select u.email from users u)\n  view w as (select * from v)\n"
      "  function f() returns trigger language plpgsql as $$ begin insert into orders default values; return new; end $$\n}\n");
  EXPECT_EQ(lowered.codes, Texts());
  EXPECT_TRUE(lowered.depends("column shop.users.s", "enum shop.status"));
  EXPECT_TRUE(lowered.depends("constraint shop.orders.orders_user_id_fkey", "table shop.users"));
  EXPECT_TRUE(lowered.depends("index shop.orders_lower_idx", "column shop.orders.user_id"));
  EXPECT_TRUE(lowered.depends("view shop.v", "table shop.users"));
  EXPECT_TRUE(lowered.depends("view shop.v", "column shop.users.email"));
  EXPECT_TRUE(lowered.depends("view shop.w", "view shop.v"));
  EXPECT_TRUE(lowered.mentions("function shop.f()", "table shop.orders"));
}

TEST(Lower, UnknownNamesAreReported) {
  EXPECT_EQ(lower_text("table t { a int references nothing (id) }\n").codes, Texts({"LP2001"}));
  EXPECT_EQ(lower_text("table t { a statsu }\nenum status { x }\n").codes, Texts({"LP2003"}));
  EXPECT_EQ(lower_text("view v as (select * from nothing)\n").codes, Texts({"LP2001"}));
  EXPECT_EQ(lower_text("table t {\n  a int\n  index (b)\n}\n").codes, Texts({"LP2004"}));
  EXPECT_EQ(lower_text("table t {\n  a int\n  check (aa > 0)\n}\n").codes, Texts({"LP2004"}));
  EXPECT_EQ(lower_text("table t {\n  a int\n  trigger x before insert for each row execute function public.nothing()\n}\n").codes, Texts({"LP2005"}));
}

TEST(Lower, WhatMayExistIsLeftToTheServer) {
  const Texts none;
  EXPECT_EQ(lower_text("extension postgis\ntable t { a geometry(point, 4326) }\n").codes, none);
  EXPECT_EQ(lower_text("view v as (select * from pg_class c join information_schema.tables t on true)\n").codes, none);
  EXPECT_EQ(lower_text("view v as (with x as (select 1 as a) select a from x, generate_series(1, 2) g)\n").codes, none);
  EXPECT_EQ(lower_text("table t {\n  a int\n  policy p using (a in (select z from unnest(array[1]) z))\n}\n").codes, none);
  EXPECT_EQ(lower_text("external table auth.users { id bigint }\ntable t { a bigint references auth.users (id) }\n").codes, none);
}

TEST(Lower, UnknownDeclarationsAreReported) {
  EXPECT_EQ(lower_text("mixin guard { x = 1 }\ntabel t { a = 1 }\n").codes, Texts({"LP3010", "LP1007"}));
}

TEST(Lower, ExtensionsComeBeforeThoseThatNeedThem) {
  const Lowered lowered = lower_text("schema gis\nextension postgis in schema gis\nextension postgis_topology\nextension plpgsql\nextension citext in schema public\n");
  EXPECT_EQ(lowered.codes, Texts());
  EXPECT_TRUE(lowered.depends("extension postgis", "schema gis"));
  EXPECT_TRUE(lowered.depends("extension postgis_topology", "extension postgis"));
  EXPECT_TRUE(lowered.at("extension citext").attributes.empty());
  EXPECT_FALSE(lowered.catalog.has({KindId::Extension, "", "plpgsql", "", ""}));
}

}  // namespace
}  // namespace lpc::lower
