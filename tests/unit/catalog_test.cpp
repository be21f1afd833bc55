// The catalog as data: ids and their text, canonical JSON, hashes, the builder, and what a catalog's file may get wrong.
#include <gtest/gtest.h>

#include "catalog/catalog.h"
#include "kinds/kind.h"

namespace lpc {
namespace {

ObjectId table(const std::string& schema, const std::string& name) { return {KindId::Table, schema, name, "", ""}; }

Object object(ObjectId id, std::optional<ObjectId> parent = {}) {
  Object result;
  result.id = std::move(id);
  result.parent = std::move(parent);
  return result;
}

Object column(const ObjectId& of, const std::string& name, const std::string& type) {
  Object result = object({KindId::Column, of.schema, of.name, name, ""}, of);
  result.attributes.set("type", type);
  return result;
}

// ---- ids

TEST(ObjectIdText, IsWrittenAsPostgresWouldAndReadBack) {
  const std::vector<std::pair<ObjectId, std::string>> cases = {
      {{KindId::Table, "shop", "users", "", ""}, "table shop.users"},
      {{KindId::Column, "shop", "users", "email", ""}, "column shop.users.email"},
      {{KindId::Schema, "", "shop", "", ""}, "schema shop"},
      {{KindId::MaterializedView, "s", "v", "", ""}, "materialized view s.v"},
      {{KindId::Table, "My Shop", "or\"der", "", ""}, "table \"My Shop\".\"or\"\"der\""},
      {{KindId::Function, "s", "f", "", "integer, text"}, "function s.f(integer, text)"},
      {{KindId::Function, "s", "f", "", ""}, "function s.f()"},
      {{KindId::Table, "a.b", "c.d", "", ""}, "table \"a.b\".\"c.d\""},
  };
  for (const auto& [id, text] : cases) {
    EXPECT_EQ(id.text(), text);
    const auto back = ObjectId::parse(text);
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(*back, id) << text;
  }
}

TEST(ObjectIdText, RefusesWhatIsNone) {
  for (const char* text : {"", "table", "table ", "tabel s.t", "table s.", "table \"s.t", "users", "table s.t extra"}) EXPECT_FALSE(ObjectId::parse(text)) << text;
}

TEST(ObjectIdText, EveryKindHasANameThatLeadsBack) {
  for (std::size_t i = 0; i < kKindCount; ++i) {
    const KindId kind = static_cast<KindId>(i);
    EXPECT_EQ(kind_by_name(kind_name(kind)), kind);
  }
  EXPECT_FALSE(kind_by_name("nothing"));
}

// ---- values and JSON

std::string json(const Value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

TEST(CanonicalJson, IsMinimalAndSorted) {
  EXPECT_EQ(json(Value(true)), "true");
  EXPECT_EQ(json(Value(-42)), "-42");
  EXPECT_EQ(json(Value(std::int64_t{9223372036854775807})), "9223372036854775807");
  EXPECT_EQ(json(Value(List{1, "a", false})), R"([1,"a",false])");
  EXPECT_EQ(json(Value(Map{{"b", 1}, {"a", Value(List{})}})), R"({"a":[],"b":1})");
}

TEST(CanonicalJson, EscapesAsRfc8785Says) {
  EXPECT_EQ(json(Value("a\"b\\c\n\t\b\f\r\x01/é☃")), "\"a\\\"b\\\\c\\n\\t\\b\\f\\r\\u0001/é☃\"");
}

TEST(Attributes, LeaveDefaultsOut) {
  Attributes attributes;
  attributes.set("not_null", true);
  attributes.set("type", "integer");
  EXPECT_EQ(attributes.text("type"), "integer");
  EXPECT_TRUE(attributes.flag("not_null"));
  attributes.set("not_null", false);
  EXPECT_FALSE(attributes.has("not_null"));
  attributes.set("columns", Value(List{}));
  EXPECT_FALSE(attributes.has("columns"));
  attributes.set_always("owner", "");
  EXPECT_TRUE(attributes.has("owner"));
  EXPECT_EQ(attributes.number("absent", 7), 7);
}

// ---- the builder

TEST(Builder, IndexesChildrenDependentsAndNeeds) {
  CatalogBuilder builder;
  builder.add(object({KindId::Schema, "", "s", "", ""}));
  builder.add(object(table("s", "t")));
  builder.add(column(table("s", "t"), "b", "text"));
  builder.add(column(table("s", "t"), "a", "text"));
  Object view = object({KindId::View, "s", "v", "", ""});
  view.depends_on = {table("s", "t"), table("s", "gone")};
  builder.add(view);
  EXPECT_EQ(builder.add(object(table("s", "t"))), nullptr);
  const Catalog catalog = builder.finish();
  ASSERT_EQ(catalog.objects().size(), 5u);
  EXPECT_EQ(catalog.children(table("s", "t")).size(), 2u);
  EXPECT_EQ(catalog.children(table("s", "t"))[0]->id.member, "a");
  EXPECT_EQ(catalog.find(view.id)->depends_on.size(), 1u) << "a dependency on what isn't there is dropped";
  EXPECT_EQ(catalog.dependents(table("s", "t")).size(), 3u) << "two columns and the view";
  const auto needs = catalog.needs(*catalog.find(view.id));
  EXPECT_EQ(needs.size(), 2u) << "the table and the schema";
}

TEST(Builder, SortsById) {
  CatalogBuilder builder;
  for (const std::string schema : {"t", "", "S", "s"}) {
    for (const std::string name : {"z", "users", "Users", "\xC3\xA9", "s", "a.b"}) {
      for (const KindId kind : {KindId::View, KindId::Table, KindId::Function}) {
        for (const std::string arguments : {"text", "", "integer"}) builder.add(object({kind, schema, name, "", kind == KindId::Function ? arguments : ""}));
      }
      for (const std::string member : {"z", "a", "B"}) builder.add(column(table(schema, name), member, "text"));
    }
  }
  const Catalog catalog = builder.finish();
  ASSERT_EQ(catalog.objects().size(), 192u);
  for (std::size_t i = 1; i < catalog.objects().size(); ++i) EXPECT_TRUE(catalog.objects()[i - 1].id < catalog.objects()[i].id) << catalog.objects()[i].id.text();
}

TEST(Builder, RemovesForGood) {
  CatalogBuilder builder;
  builder.add(object(table("s", "t")));
  builder.remove(table("s", "t"));
  EXPECT_EQ(builder.find(table("s", "t")), nullptr);
  EXPECT_NE(builder.add(object(table("s", "t"))), nullptr);
  EXPECT_EQ(builder.finish().objects().size(), 1u);
}

std::vector<std::string> texts(const std::vector<const Object*>& objects) {
  std::vector<std::string> result;
  for (const Object* object : objects) result.push_back(object->id.text());
  return result;
}

TEST(Only, IsAsIfTheRestHadNeverBeenThere) {
  CatalogBuilder builder;
  for (const std::string schema : {"s", "t"}) {
    builder.add(object(schema_id(schema)));
    for (const std::string name : {"a", "b", "c"}) {
      builder.add(object(table(schema, name)));
      builder.add(column(table(schema, name), "id", "integer"));
    }
    Object view = object({KindId::View, schema, "v", "", ""});
    view.depends_on = {table("s", "b"), table("t", "c")};
    builder.add(view);
    Object function = object({KindId::Function, schema, "f", "", ""});
    function.mentions = {table("s", "a"), table("s", "b"), view.id};
    builder.add(function);
  }
  const Catalog all = builder.finish();
  const auto is_other = [](const Object& object) { return object.id.schema != "t" && object.id.name != "t" && (object.id.name != "b" || object.id.schema != "s"); };
  CatalogBuilder others;
  for (const Object& object : all.objects()) {
    if (is_other(object)) others.add(object);
  }
  const Catalog anew = others.finish();
  const std::string whole = catalog_to_json(all, false);
  Catalog sharing = all;
  const Catalog by_copy = std::move(sharing).only(is_other);    // whose objects `all` has too
  EXPECT_EQ(catalog_to_json(all, false), whole);
  Catalog alone = CatalogBuilder(all).finish();
  const Catalog in_place = std::move(alone).only(is_other);
  EXPECT_EQ(catalog_to_json(in_place, false), catalog_to_json(anew, false));
  EXPECT_EQ(catalog_to_json(in_place, false), catalog_to_json(by_copy, false));
  ASSERT_EQ(in_place.objects().size(), 7u);
  for (const Object& object : all.objects()) {
    EXPECT_EQ(in_place.has(object.id), is_other(object)) << object.id.text();
    EXPECT_EQ(texts(in_place.children(object.id)), texts(by_copy.children(object.id))) << object.id.text();
    EXPECT_EQ(texts(in_place.dependents(object.id)), texts(by_copy.dependents(object.id))) << object.id.text();
    EXPECT_EQ(texts(in_place.children(object.id)), texts(anew.children(object.id))) << object.id.text();
    EXPECT_EQ(texts(in_place.dependents(object.id)), texts(anew.dependents(object.id))) << object.id.text();
  }
  EXPECT_EQ(in_place.find({KindId::Function, "s", "f", "", ""})->mentions, (std::vector<ObjectId>{table("s", "a"), {KindId::View, "s", "v", "", ""}}));
  EXPECT_TRUE(in_place.find({KindId::View, "s", "v", "", ""})->depends_on.empty());
}

// ---- hashes

TEST(Hashes, NotesForPlanningDependenciesAndHintsDoNotCount) {
  Object plain = object({KindId::View, "s", "v", "", ""});
  plain.attributes.set("query", "SELECT 1");
  Object noted = plain;
  noted.attributes.set("_columns", Value(List{"x"}));
  noted.depends_on = {table("s", "t")};
  noted.hints.push_back({"renamed_from", {"w"}, {}});
  EXPECT_EQ(object_hash(plain), object_hash(noted));
  noted.attributes.set("comment", "x");
  EXPECT_NE(object_hash(plain), object_hash(noted));
  EXPECT_TRUE(object_hash(plain).starts_with("sha256:"));
  EXPECT_EQ(object_hash(plain).size(), 7u + 64u);
}

TEST(Hashes, OfNothingIsThatOfTheEmptyList) {
  EXPECT_EQ(catalog_hash(Catalog()), catalog_hash(CatalogBuilder().finish()));
  CatalogBuilder builder;
  builder.add(object(table("s", "t")));
  EXPECT_NE(catalog_hash(builder.finish()), catalog_hash(Catalog()));
}

// ---- files

std::string failure(const std::string& text) {
  const auto read = catalog_from_json(text, kinds::attribute_names());
  return read ? "" : read.failure().code + " " + read.failure().message + " " + read.failure().hint + " " + read.failure().detail;
}

TEST(CatalogFile, SaysWhatIsWrongWithIt) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "LP5011"},
      {"[]", "LP5011"},
      {R"({"version":1})", "objects"},
      {R"({"version":2,"objects":[]})", "version"},
      {R"({"version":1,"objects":[],"objekts":[]})", "objekts"},
      {R"({"version":1,"objects":[{"id":"tabel s.t"}]})", "tabel s.t"},
      {R"({"version":1,"objects":[{"id":"table s.t","attributes":{"colums":["a"]}}]})", "columns"},
      {R"({"version":1,"objects":[{"id":"table s.t","attributes":{"columns":1.5}}]})", "LP5011"},
      {R"({"version":1,"objects":[{"id":"table s.t"},{"id":"table s.t"}]})", "table s.t"},
  };
  for (const auto& [text, part] : cases) {
    const std::string said = failure(text);
    EXPECT_TRUE(said.starts_with("LP5011")) << text << ": " << said;
    EXPECT_NE(said.find(part), std::string::npos) << text << ": " << said;
  }
  EXPECT_EQ(failure(R"({"version":1,"objects":[{"id":"table s.t","attributes":{"columns":["a"]}}]})"), "");
}

}  // namespace
}  // namespace lpc
