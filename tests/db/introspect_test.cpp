// Introspection against a real server: what is read, what depends on what, and what must not change the answer.
#include "introspect/introspect.h"

#include <algorithm>

#include "introspect/macros.h"
#include "introspect/row_json.h"
#include "kinds/kind.h"
#include "scratch.h"
#include "shadow/embedded.h"

namespace lpc::test {
namespace {

using Texts = std::vector<std::string>;

TEST(Macros, ExpandOnlyWhatTheyKnow) {
  const std::string text = introspect::expand_macros("select '{}'::int[] where {user_schema:n} and {not_member:pg_proc:p.oid} and x = '{a:b}'");
  EXPECT_NE(text.find("'{}'::int[]"), std::string::npos);
  EXPECT_NE(text.find("n.nspname NOT IN"), std::string::npos);
  EXPECT_NE(text.find("p.oid NOT IN (SELECT lp_member.objid"), std::string::npos);
  EXPECT_NE(text.find("'{a:b}'"), std::string::npos);
  EXPECT_EQ(introspect::expand_macros("{user_schema:n"), "{user_schema:n");
}

TEST(RowJson, ReadsWhatPostgresPrints) {
  const auto value = introspect::read_row_json(R"( {"b" : [1, -2, "x", true, null], "a": {"é": "\u00e9\ud83d\ude00\n\"\\"}, "n": null, "f": 0.5} )");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->find("b")->list().size(), 5U);
  EXPECT_EQ(value->find("b")->list()[1].number(), -2);
  EXPECT_EQ(value->find("a")->find("é")->text(), "é😀\n\"\\");
  EXPECT_EQ(value->find("n"), nullptr);
  EXPECT_EQ(value->find("f")->text(), "0.5");
  for (const char* bad : {"", "{", "[1,]", "{\"a\" 1}", "\"a", "tru", "[1] 2", "\"\\u12\"", "-"}) EXPECT_FALSE(introspect::read_row_json(bad)) << bad;
  EXPECT_FALSE(introspect::read_row_json(std::string(100000, '[')));
}

class IntrospectTest : public ScratchTest {};

std::string shown(pg::Connection& connection, const std::string& setting) {
  const auto rows = connection.query("SELECT current_setting($1)", {setting});
  return rows ? std::string(rows->at(0, 0)) : "";
}

constexpr const char* kShop = R"(
  CREATE SCHEMA shop;
  CREATE TYPE shop.status AS ENUM ('new', 'paid');
  CREATE SEQUENCE shop.numbers;
  CREATE TABLE shop.users (id bigint PRIMARY KEY, email text NOT NULL, state shop.status DEFAULT 'new', number bigint DEFAULT nextval('shop.numbers'));
  CREATE TABLE shop.orders (id bigint PRIMARY KEY, user_id bigint REFERENCES shop.users (id), total numeric CHECK (total > 0));
  CREATE VIEW shop.emails AS SELECT email FROM shop.users;
  CREATE FUNCTION shop.count_orders() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM shop.orders';
  CREATE INDEX orders_total ON shop.orders (total))";

TEST_F(IntrospectTest, ReadsObjectsAndWhatTheyNeed) {
  const Catalog catalog = catalog_of(kShop);
  for (const char* object : {"schema shop", "enum shop.status", "sequence shop.numbers", "table shop.users", "column shop.users.email", "default shop.users.number",
                             "constraint shop.users.users_pkey", "constraint shop.orders.orders_user_id_fkey", "view shop.emails", "function shop.count_orders()", "index shop.orders_total"}) {
    EXPECT_TRUE(catalog.has(id(object))) << object;
  }
  EXPECT_EQ(needs(catalog, "view shop.emails"), Texts{"column shop.users.email"});
  EXPECT_EQ(needs(catalog, "column shop.users.state"), Texts{"enum shop.status"});
  EXPECT_EQ(needs(catalog, "default shop.users.number"), Texts{"sequence shop.numbers"});
  const Texts key = needs(catalog, "constraint shop.orders.orders_user_id_fkey");
  EXPECT_TRUE(std::count(key.begin(), key.end(), "constraint shop.users.users_pkey")) << testing::PrintToString(key);
  EXPECT_TRUE(std::count(key.begin(), key.end(), "column shop.users.id"));
  EXPECT_EQ(texts(catalog.find(id("function shop.count_orders()"))->mentions), Texts{"table shop.orders"});
  EXPECT_EQ(catalog.find(id("constraint shop.orders.orders_total_check"))->attributes.text("expression"), "total > (0)::numeric");
  EXPECT_EQ(count(sink_, diag::Code::kUnmodelledObject), 0U) << words(sink_);
}

TEST_F(IntrospectTest, KeysOfPartitionsComeFromTheirParent) {
  const Catalog catalog = catalog_of(R"(
    CREATE TABLE parent (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
    CREATE TABLE part PARTITION OF parent FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    CREATE TABLE child (id int, at date, CONSTRAINT child_fk FOREIGN KEY (id, at) REFERENCES part (id, at)))");
  const Texts key = needs(catalog, "constraint public.child.child_fk");
  EXPECT_TRUE(std::count(key.begin(), key.end(), "partition public.part")) << testing::PrintToString(key);
  EXPECT_TRUE(std::count(key.begin(), key.end(), "constraint public.parent.parent_pkey"));
  EXPECT_EQ(needs(catalog, "table public.part"), Texts{});
}

TEST_F(IntrospectTest, AnIdentitysSequenceGivesWhatItsColumnHolds) {
  const Catalog catalog = catalog_of(R"(
    CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY, b smallint GENERATED ALWAYS AS IDENTITY (INCREMENT -1), c int GENERATED ALWAYS AS IDENTITY);
    ALTER SEQUENCE t_a_seq AS bigint; ALTER SEQUENCE t_b_seq AS integer; ALTER SEQUENCE t_c_seq MAXVALUE 7)");
  for (const char* column : {"a", "b"}) {
    const Value& identity = *catalog.find(id(std::string("column public.t.") + column))->attributes.find("identity");
    EXPECT_EQ(identity.find("maxvalue"), nullptr) << column;
    EXPECT_EQ(identity.find("minvalue"), nullptr) << column;
  }
  EXPECT_EQ(catalog.find(id("column public.t.c"))->attributes.find("identity")->find("maxvalue")->number(), 7);
}

TEST_F(IntrospectTest, MembersOfExtensionsAreTheExtension) {
  const Catalog catalog = catalog_of("CREATE EXTENSION hstore; CREATE TABLE t (h hstore); CREATE INDEX t_h ON t USING gin (h)");
  EXPECT_TRUE(catalog.has(id("extension hstore")));
  EXPECT_EQ(needs(catalog, "column public.t.h"), Texts{"extension hstore"});
  for (const Object& object : catalog.objects()) EXPECT_NE(object.id.kind, KindId::Function) << object.id.text();
  EXPECT_EQ(count(sink_, diag::Code::kUnmodelledObject), 0U) << words(sink_);
}

TEST_F(IntrospectTest, WhatNoKindHasIsReported) {
  pg::Connection connection = database(R"(
    CREATE SCHEMA "Odd";
    CREATE FUNCTION pair(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + $2';
    CREATE AGGREGATE "Odd".total(int) (SFUNC = pair, STYPE = int, INITCOND = '0');
    CREATE OPERATOR === (FUNCTION = pair, LEFTARG = int, RIGHTARG = int);
    CREATE TYPE span AS RANGE (SUBTYPE = int);
    CREATE TYPE two AS (a int, b int);
    CREATE FUNCTION to_int(two) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a';
    CREATE CAST (two AS int) WITH FUNCTION to_int(two);
    CREATE TEXT SEARCH CONFIGURATION words (COPY = simple);
    CREATE TABLE t (a int, b int);
    CREATE STATISTICS t_ab ON a, b FROM t;
    CREATE PUBLICATION everything FOR TABLE t;
    CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
    CREATE EVENT TRIGGER watcher ON ddl_command_end EXECUTE FUNCTION watch();
    CREATE EXTENSION postgres_fdw;
    CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw;
    CREATE FOREIGN TABLE far (a int) SERVER elsewhere;
    CREATE EXTENSION hstore;
    REVOKE ALL ON FUNCTION hstore(text, text) FROM PUBLIC;
    CREATE FUNCTION needy() RETURNS int LANGUAGE sql AS 'SELECT 1';
    ALTER FUNCTION needy() DEPENDS ON EXTENSION hstore;
    CREATE TEXT SEARCH DICTIONARY stems (TEMPLATE = pg_catalog.simple);
    CREATE FUNCTION text_order(int, text) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';
    ALTER OPERATOR FAMILY pg_catalog.integer_ops USING btree ADD FUNCTION 1 text_order(int, text);
    ALTER TEXT SEARCH CONFIGURATION pg_catalog.simple ALTER MAPPING FOR asciiword WITH stems;
    CREATE FUNCTION pg_catalog.stowaway() RETURNS int LANGUAGE sql AS 'SELECT 1';
    COMMENT ON CAST (bigint AS int) IS 'Shortens.';
    SET allow_system_table_mods = on;
    CREATE INDEX by_description ON pg_catalog.pg_description (description);
    INSERT INTO pg_seclabel SELECT oid, 'pg_cast'::regclass, 0, 'p', 'l' FROM pg_cast WHERE castsource = 'bigint'::regtype AND casttarget = 'smallint'::regtype)");
  std::vector<introspect::Unmodelled> found;
  read(connection, {.unmodelled = &found});
  Texts lines;
  for (const auto& object : found) lines.push_back(object.what + ": " + object.schema + "." + object.name);
  EXPECT_EQ(lines, (Texts{"comment on: .cast from bigint to integer", "function: pg_catalog.stowaway()", "index: pg_catalog.pg_description.by_description",
                          "mapping of text search configuration: pg_catalog.simple", "member of operator family: pg_catalog.integer_ops: public.text_order(integer,text)",
                          "security label of: .cast from bigint to smallint"}));    // no label can be on a cast
  EXPECT_EQ(count(sink_, diag::Code::kUnmodelledObject), 1U);
  EXPECT_EQ(count(sink_, diag::Code::kAmongSystemObjects), found.size() - 1);    // they are in no plan's way
}

TEST_F(IntrospectTest, SettingsOfTheSessionDontMatter) {
  pg::Connection connection = database(std::string(kShop) + R"(;
    CREATE TABLE shop.times (at timestamptz DEFAULT '2026-07-01 12:00:00+00', d date DEFAULT '2026-07-01', i interval DEFAULT '1 day 02:00', f float8 DEFAULT 0.1, b bytea DEFAULT '\x00'))");
  const std::string before = catalog_hash(read(connection));
  ASSERT_TRUE(connection.execute("SET DateStyle = 'German'; SET TimeZone = 'Asia/Tokyo'; SET IntervalStyle = 'iso_8601'; SET extra_float_digits = -10; SET bytea_output = escape;"
                                 "SET quote_all_identifiers = on; SET search_path = shop; SET standard_conforming_strings = off"));
  EXPECT_EQ(catalog_hash(read(connection)), before);
  EXPECT_EQ(catalog_hash(read(connection, {.hash_only = true})), before);
  EXPECT_EQ(shown(connection, "search_path"), "\"shop\"");
  EXPECT_EQ(connection.transaction_state(), pg::TransactionState::kIdle);
}

TEST_F(IntrospectTest, ReadsInsideATransactionAndLeavesItAsItWas) {
  pg::Connection connection = database("SELECT");
  ASSERT_TRUE(connection.execute("BEGIN; SET LOCAL search_path = x, public; SET LOCAL jit = on; CREATE TABLE public.half_done (a int)"));
  EXPECT_TRUE(read(connection, {.in_transaction = true}).has(id("table public.half_done")));
  EXPECT_EQ(shown(connection, "search_path"), "x, public");
  EXPECT_EQ(shown(connection, "jit"), "on");
  EXPECT_EQ(connection.transaction_state(), pg::TransactionState::kInTransaction);
  ASSERT_TRUE(connection.execute("ROLLBACK"));
  EXPECT_FALSE(read(connection).has(id("table public.half_done")));
}

TEST_F(IntrospectTest, TwoSessionsReadABigDatabaseAsOneDoes) {
  pg::Connection connection = database(std::string(kShop) + R"(;
    CREATE TABLE shop.rooms (id int, during int4range, name text, EXCLUDE USING gist (during WITH &&) WHERE (id > 0), UNIQUE (id) INCLUDE (name));
    CREATE INDEX ON shop.rooms (lower(name) COLLATE "C" text_pattern_ops DESC NULLS LAST) INCLUDE (id) WHERE id > 7;
    CREATE INDEX ON shop.rooms (name, id DESC);
    DO $$ BEGIN FOR n IN 1..2000 LOOP EXECUTE format('CREATE TABLE shop.t%s (id int PRIMARY KEY)', n); END LOOP; END $$)");
  ASSERT_GT(connection.query("SELECT pg_relation_size('pg_class')")->integer(0, 0), 800000);
  ASSERT_TRUE(connection.execute("CREATE ROLE lonely LOGIN CONNECTION LIMIT 1"));
  const Catalog by_two = read(connection);
  ASSERT_TRUE(connection.execute("BEGIN"));    // which can't go on in a second session
  const Catalog by_one = read(connection, {.in_transaction = true});
  ASSERT_TRUE(connection.execute("ROLLBACK"));
  EXPECT_EQ(catalog_to_json(by_two, true), catalog_to_json(by_one, true));
  {
    auto lonely = pg::Connection::open(dynamic_cast<shadow::EmbeddedServer&>(server()).conninfo(connection.database()) + " user=lonely");
    ASSERT_TRUE(bool(lonely)) << words(lonely);
    ASSERT_FALSE(bool(lonely->another()));    // so one has to do
    EXPECT_EQ(catalog_to_json(by_two, true), catalog_to_json(read(*lonely), true));
    EXPECT_EQ(lonely->transaction_state(), pg::TransactionState::kIdle);
  }
  const Object* index = by_two.find(id("index shop.rooms_lower_id_idx"));
  ASSERT_NE(index, nullptr);
  EXPECT_EQ(index->attributes.text("where"), "id > 7");
  EXPECT_EQ(index->attributes.texts("include"), Texts{"id"});
  EXPECT_EQ(connection.transaction_state(), pg::TransactionState::kIdle);
  EXPECT_TRUE(connection.execute("DROP ROLE lonely"));
}

TEST_F(IntrospectTest, ColumnsStandInTheirOrder) {
  // Each change of a column puts its row in pg_attribute behind the others.
  const Catalog catalog = catalog_of("CREATE TABLE a (one int, two int, gone int, three int); CREATE TABLE b (first int); ALTER TABLE a DROP COLUMN gone;"
                                     "ALTER TABLE a ALTER one SET NOT NULL; ALTER TABLE b ADD second int; ALTER TABLE b ALTER first SET STATISTICS 7; CREATE TABLE none ()");
  EXPECT_EQ(catalog.find(id("table public.a"))->attributes.texts("columns"), (Texts{"one", "two", "three"}));
  EXPECT_EQ(catalog.find(id("table public.b"))->attributes.texts("columns"), (Texts{"first", "second"}));
  EXPECT_FALSE(catalog.find(id("table public.none"))->attributes.has("columns"));
}

TEST_F(IntrospectTest, PrivilegesOnPostgresOwnObjectsAreFound) {
  const auto found = [&](const char* sql) {
    const Catalog catalog = catalog_of(sql);
    return std::ranges::count_if(catalog.objects(), [](const Object& object) { return object.id.kind == KindId::ExtensionMember; });
  };
  EXPECT_EQ(found("SELECT"), 0);
  EXPECT_EQ(found("REVOKE EXECUTE ON FUNCTION pg_catalog.now() FROM PUBLIC"), 1);
  EXPECT_EQ(found("GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO PUBLIC"), 1);    // whose privileges initdb has noted
  EXPECT_EQ(found("GRANT SELECT (rolpassword) ON pg_catalog.pg_authid TO PUBLIC"), 1);
  EXPECT_EQ(found("REVOKE SELECT ON information_schema.tables FROM PUBLIC"), 1);
  EXPECT_EQ(found("REVOKE USAGE ON SCHEMA information_schema FROM PUBLIC"), 1);
  EXPECT_EQ(found("REVOKE USAGE ON LANGUAGE sql FROM PUBLIC"), 1);
}

TEST_F(IntrospectTest, WaitsForNobodysTemporaryTable) {
  pg::Connection connection = database(kShop);
  auto other = connection.another();
  ASSERT_TRUE(bool(other));
  ASSERT_TRUE(other->execute("CREATE TEMPORARY TABLE load (id int, name text, EXCLUDE USING btree (name WITH =) WHERE (id > 7)); CREATE INDEX ON load (lower(name)) WHERE id > 0;"
                             "BEGIN; TRUNCATE load"));    // which nobody may read until the end
  ASSERT_TRUE(connection.execute("SET lock_timeout = '2s'"));
  EXPECT_EQ(read(connection).find(id("index load.load_lower_idx")), nullptr);
}

TEST_F(IntrospectTest, ARoleWithoutRightsReadsTheSame) {
  pg::Connection connection = database(kShop);
  const std::string before = catalog_hash(read(connection));
  ASSERT_TRUE(bool(server().ensure_role("nobody_special")));
  ASSERT_TRUE(connection.execute("SET SESSION AUTHORIZATION nobody_special"));
  Catalog seen = read(connection);
  CatalogBuilder builder(seen);    // the role itself is new
  builder.remove({KindId::Role, "", "nobody_special", "", ""});
  EXPECT_EQ(catalog_hash(builder.finish()), before);
}

TEST_F(IntrospectTest, AFailureEndsTheTransaction) {
  pg::Connection connection = database("SELECT");
  ASSERT_TRUE(connection.execute("SET statement_timeout = '1ms'; SELECT 1"));
  ASSERT_TRUE(connection.execute("BEGIN"));
  ASSERT_FALSE(connection.execute("SELECT 1 / 0"));
  EXPECT_FALSE(introspect::introspect(connection, {.in_transaction = true}, fragments_, sink_));
  ASSERT_TRUE(connection.execute("ROLLBACK"));
  read(connection);
}

}  // namespace
}  // namespace lpc::test
