// Laws that hold for every catalog and every graph, checked on generated ones: the diff of a catalog with itself is empty, the hash doesn't depend on the
// order in which objects arrive and sees every attribute, JSON and .lp text give back what they were made from, an order keeps every edge.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <random>

#include "catalog/catalog.h"
#include "driver/compile.h"
#include "driver/print.h"
#include "kinds/kind.h"
#include "plan/diff.h"
#include "plan/order.h"

namespace lpc {
namespace {

/// Names with all that needs quoting, and few enough that references hit something.
const std::vector<std::string> kNames = {"users", "Orders", "order", "a b", "käufer", "x\"y", "table", "t1", "schema", "_9"};
const std::vector<std::string> kTypes = {"integer", "bigint", "text", "boolean", "numeric(12,2)", "timestamp with time zone", "text[]", "character varying(20)"};
const std::vector<std::string> kWords = {"First words.", "it's", "two\nlines", "back\\slash", "$$", "naïve — ☃"};

/// One to `most` of the names.
std::vector<std::string> distinct_names(std::size_t most) {
  std::vector<std::string> names = kNames;
  std::shuffle(names.begin(), names.end(), std::mt19937(*rc::gen::arbitrary<std::uint32_t>()));
  names.resize(*rc::gen::inRange<std::size_t>(1, most + 1));
  return names;
}

/// A comment on every third object.
void maybe_comment(Object& object) {
  if (*rc::gen::inRange(0, 3) == 0) object.attributes.set("comment", *rc::gen::elementOf(kWords));
}

Object bare_object(ObjectId id) {
  Object result;
  result.id = std::move(id);
  return result;
}

void add_column(CatalogBuilder& builder, const ObjectId& table, const std::string& column) {
  Object result = bare_object({KindId::Column, table.schema, table.name, column, ""});
  result.parent = table;
  result.attributes.set("type", *rc::gen::elementOf(kTypes));
  result.attributes.set("not_null", *rc::gen::arbitrary<bool>());
  maybe_comment(result);
  builder.add(std::move(result));
}

void add_table(CatalogBuilder& builder, const std::string& schema, const std::string& table) {
  Object result = bare_object({KindId::Table, schema, table, "", ""});
  const std::vector<std::string> columns = distinct_names(5);
  result.attributes.set("columns", Value::strings(columns));
  maybe_comment(result);
  const ObjectId id = result.id;
  builder.add(std::move(result));
  for (const std::string& column : columns) add_column(builder, id, column);
}

void add_enum(CatalogBuilder& builder, const std::string& schema, const std::string& name) {
  Object result = bare_object({KindId::Enum, schema, name, "", ""});
  result.attributes.set("values", Value::strings(distinct_names(5)));
  maybe_comment(result);
  builder.add(std::move(result));
}

void add_sequence(CatalogBuilder& builder, const std::string& schema, const std::string& name) {
  Object result = bare_object({KindId::Sequence, schema, name, "", ""});
  if (*rc::gen::arbitrary<bool>()) result.attributes.set("increment", *rc::gen::inRange(2, 50));
  result.attributes.set("cycle", *rc::gen::arbitrary<bool>());
  maybe_comment(result);
  builder.add(std::move(result));
}

/// Schemas with tables, enums and sequences: kinds whose text needs no server to be canonical.
Catalog catalog() {
  CatalogBuilder builder;
  for (const std::string& schema : distinct_names(3)) {
    Object made = bare_object({KindId::Schema, "", schema, "", ""});
    maybe_comment(made);
    builder.add(std::move(made));
    for (const std::string& each : distinct_names(5)) {
      switch (*rc::gen::inRange(0, 3)) {
        case 0: add_enum(builder, schema, each); break;
        case 1: add_sequence(builder, schema, each); break;
        default: add_table(builder, schema, each); break;
      }
    }
  }
  return builder.finish();
}

/// The same objects, added in another order.
Catalog shuffled(const Catalog& from, std::uint32_t seed) {
  Catalog::Objects objects = from.objects();
  std::shuffle(objects.begin(), objects.end(), std::mt19937(seed));
  CatalogBuilder builder;
  for (Object& each : objects) builder.add(std::move(each));
  return builder.finish();
}

RC_GTEST_PROP(CatalogLaws, ACatalogDoesNotDifferFromItself, ()) {
  const Catalog some = catalog();
  RC_ASSERT(plan::diff(some, some).empty());
}

RC_GTEST_PROP(CatalogLaws, TheOrderOfArrivalDoesNotCount, ()) {
  const Catalog some = catalog();
  const Catalog other = shuffled(some, *rc::gen::arbitrary<std::uint32_t>());
  RC_ASSERT(catalog_hash(some) == catalog_hash(other));
  RC_ASSERT(catalog_to_json(some, false) == catalog_to_json(other, false));
  RC_ASSERT(plan::diff(some, other).empty());
}

RC_GTEST_PROP(CatalogLaws, EveryChangedAttributeIsSeen, ()) {
  const Catalog some = catalog();
  CatalogBuilder builder(some);
  const auto objects = builder.objects();
  Object* changed = *rc::gen::elementOf(objects);
  const ObjectId id = changed->id;
  changed->attributes.set("comment", changed->attributes.text("comment") + "!");
  const Catalog other = builder.finish();
  RC_ASSERT(catalog_hash(some) != catalog_hash(other));
  const auto deltas = plan::diff(some, other);
  RC_ASSERT(deltas.size() == 1u);
  RC_ASSERT(object_hash(*some.find(id)) != object_hash(*other.find(id)));
}

RC_GTEST_PROP(CatalogLaws, JsonGivesBackTheCatalog, ()) {
  const Catalog some = catalog();
  for (const bool pretty : {false, true}) {
    const auto back = catalog_from_json(catalog_to_json(some, pretty), kinds::attribute_names());
    RC_ASSERT(bool(back));
    RC_ASSERT(catalog_to_json(*back, false) == catalog_to_json(some, false));
    RC_ASSERT(catalog_hash(*back) == catalog_hash(some));
  }
}

RC_GTEST_PROP(CatalogLaws, PrintedTextCompilesToTheCatalog, ()) {
  const Catalog some = catalog();
  const std::string text = driver::print_lp(some, driver::Split::file).at("schema.lp");
  SourceMap sources;
  diag::Sink sink;
  frontend::FragmentParser fragments;
  const auto program = driver::compile({sources.add("schema.lp", text)}, sources, fragments, sink);
  if (!program) {
    std::string problems;
    for (const diag::Diagnostic& diagnostic : sink.all()) problems += diagnostic.message + "\n";
    RC_FAIL(text + problems);
  }
  for (const Object& expected : some.objects()) {
    const Object* found = program->catalog.find(expected.id);
    if (!found || object_hash(*found) != object_hash(expected)) RC_FAIL(expected.id.text() + " differs in\n" + text);
  }
  diag::Sink none;
  const FileId again = sources.add("again.lp", text);
  RC_ASSERT(driver::format_lp(again, sources, none) == text);
}

// ---- order

plan::ActionGraph random_graph(std::size_t size) {
  plan::ActionGraph graph;
  for (std::size_t i = 0; i < size; ++i) {
    Action action;
    action.type = ActionType::create;
    action.object = {KindId::Sequence, "s", "q" + std::to_string(i), "", ""};
    action.description = std::to_string(i);
    action.sql.push_back(Sql{"SELECT " + std::to_string(i)});
    graph.actions.push_back(std::move(action));
  }
  // Edges along a hidden permutation: no circle, and no relation to the names.
  std::vector<std::size_t> hidden(size);
  for (std::size_t i = 0; i < size; ++i) hidden[i] = i;
  std::shuffle(hidden.begin(), hidden.end(), std::mt19937(*rc::gen::arbitrary<std::uint32_t>()));
  const std::size_t edges = *rc::gen::inRange<std::size_t>(0, 3 * size + 1);
  for (std::size_t i = 0; i < edges; ++i) {
    const std::size_t a = *rc::gen::inRange<std::size_t>(0, size), b = *rc::gen::inRange<std::size_t>(0, size);
    if (a < b) graph.edges.emplace_back(hidden[a], hidden[b]);
    if (a > b) graph.soft_edges.emplace_back(hidden[a], hidden[b]);    // may close circles
  }
  return graph;
}

RC_GTEST_PROP(OrderLaws, EveryEdgeIsKeptAndTheOrderIsAlwaysTheSame, ()) {
  const std::size_t size = *rc::gen::inRange<std::size_t>(1, 40);
  const plan::ActionGraph graph = random_graph(size);
  diag::Sink sink;
  const std::vector<Action> ordered = plan::order(graph, sink);
  RC_ASSERT(ordered.size() == size);
  std::vector<std::size_t> place(size);
  for (std::size_t i = 0; i < size; ++i) place[std::stoul(ordered[i].description)] = i;
  for (const auto& [first, second] : graph.edges) RC_ASSERT(place[first] < place[second]);

  plan::ActionGraph mixed = graph;
  std::reverse(mixed.edges.begin(), mixed.edges.end());
  std::reverse(mixed.soft_edges.begin(), mixed.soft_edges.end());
  const std::vector<Action> again = plan::order(mixed, sink);
  for (std::size_t i = 0; i < size; ++i) RC_ASSERT(again[i].description == ordered[i].description);
  RC_ASSERT(!sink.has_errors());
}

}  // namespace
}  // namespace lpc
