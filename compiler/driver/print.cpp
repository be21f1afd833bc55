#include "driver/print.h"

#include <algorithm>
#include <set>

#include "ast/format.h"
#include "diag/render.h"
#include "frontend/parse.h"
#include "kinds/common.h"
#include "kinds/kind.h"
#include "kinds/lp_writer.h"
#include "plan/planner.h"
#include "plan/source_path.h"

namespace lpc::driver {

namespace {

/// The owner that most objects have: said once for all of them.
std::string usual_owner(const Catalog& catalog) {
  std::map<std::string, int> counts;
  for (const Object& object : catalog.objects()) {
    if (!object.attributes.text("owner").empty()) ++counts[object.attributes.text("owner")];
  }
  const auto best = std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return best == counts.end() ? std::string() : best->first;
}

/// Kinds in their usual order, names sorted within each.
std::vector<const Object*> in_reading_order(std::vector<const Object*> objects) {
  std::stable_sort(objects.begin(), objects.end(), [](const Object* a, const Object* b) {
    return a->id.kind != b->id.kind ? a->id.kind < b->id.kind : a->id < b->id;
  });
  return objects;
}

/// lpc's own text always parses; anything else is a bug in a kind's print_lp, shown with its place.
std::string format_printed(std::string text) {
  SourceMap sources;
  diag::Sink sink;
  const FileId file = sources.add("printed.lp", std::move(text));
  std::string formatted = format_lp(file, sources, sink);
  if (sink.has_errors()) std::fputs(diag::render(sink.all(), sources, {}).c_str(), stderr);
  LP_CHECK(!sink.has_errors());
  return formatted;
}

class Printer {
 public:
  Printer(const Catalog& catalog, Split split) : catalog_(catalog), split_(split), owner_(usual_owner(catalog)) {}

  std::map<std::string, std::string> run() {
    for (const Object& object : catalog_.objects()) {
      if (object.parent) continue;
      if (object.id.kind == KindId::Schema) {
        schemas_.insert(object.id.name);
      } else if (object.id.schema.empty()) {
        outside_.push_back(&object);
      } else {
        by_schema_[object.id.schema].push_back(&object);
        schemas_.insert(object.id.schema);
      }
    }
    print_outside();
    for (const std::string& schema : schemas_) print_schema(schema);
    std::map<std::string, std::string> result;
    for (auto& [name, text] : files_) {
      std::string formatted = format_printed(std::move(text));
      if (!formatted.empty()) result.emplace(name, std::move(formatted));
    }
    return result;
  }

 private:
  std::string file_name(const std::string& schema, const Object* object) const {
    switch (split_) {
      case Split::file: return "schema.lp";
      case Split::schema: return (schema.empty() ? std::string("database") : safe(schema)) + ".lp";
      case Split::object: break;
    }
    if (schema.empty() || !object) return (schema.empty() ? std::string("database") : safe(schema) + "/schema") + ".lp";
    return safe(schema) + "/" + safe(std::string(kind_name(object->id.kind))) + "." + safe(object->id.name) + ".lp";
  }

  /// A file name that every file system takes; distinct names stay distinct.
  static std::string safe(const std::string& name) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    std::string out;
    for (const char c : name) {
      const auto byte = static_cast<unsigned char>(c);
      if (std::isalnum(byte) || c == '_' || c == '-' || byte >= 0x80) {
        out += c;
      } else if (c == ' ') {
        out += '_';
      } else {
        out += '%';
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
      }
    }
    return out;
  }

  kinds::LpWriter writer(const std::string& schema) const {
    kinds::LpWriter result;
    result.schema = schema;
    result.default_owner = owner_;
    return result;
  }

  void print_outside() {
    kinds::LpWriter out = writer("public");
    std::set<std::string> roles;
    for (const Object& object : catalog_.objects()) kinds::add_named_roles(object, roles);
    for (const Object* object : outside_) {
      if (object->id.kind == KindId::Role) roles.erase(object->id.name);
    }
    if (!owner_.empty()) out.word("default owner").ident(owner_).line();
    for (const std::string& role : roles) {
      if (role != owner_ && !role.starts_with("pg_")) out.word("external role").ident(role).line();
    }
    for (const Object* object : in_reading_order(outside_)) kinds::print_object(*object, catalog_, out);
    files_[file_name("", nullptr)] += out.text();
  }

  /// `schema s … { }` around what stands in it; what stands in public goes to the top level.
  void print_schema(const std::string& schema) {
    kinds::LpWriter head = writer(schema);
    const Object* object = catalog_.find({KindId::Schema, "", schema, "", ""});
    if (object) kinds::print_object(*object, catalog_, head);
    if (split_ != Split::object) {
      kinds::LpWriter body = writer(schema);
      for (const Object* member : in_reading_order(by_schema_[schema])) kinds::print_object(*member, catalog_, body);
      files_[file_name(schema, nullptr)] += wrapped(schema, head.text(), body.text());
      return;
    }
    files_[file_name(schema, nullptr)] += wrapped(schema, head.text(), "");
    for (const Object* member : in_reading_order(by_schema_[schema])) {
      kinds::LpWriter body = writer(schema);
      kinds::print_object(*member, catalog_, body);
      if (!body.text().empty()) files_[file_name(schema, member)] += wrapped(schema, "", body.text());
    }
  }

  /// The schema's own declaration ends in `}` when it has grants of its own; the members go inside.
  std::string wrapped(const std::string& schema, std::string head, const std::string& body) const {
    if (schema == "public") return head + "\n" + body;
    if (head.empty()) {
      kinds::LpWriter bare = writer(schema);
      bare.word("schema").ident(schema);
      head = bare.text();
    }
    while (!head.empty() && (head.back() == '\n' || head.back() == ' ')) head.pop_back();
    if (head.ends_with('}')) return head + "\n" + "schema " + lp_ident(schema) + " {\n" + body + "}\n";
    return body.empty() ? head + "\n" : head + " {\n" + body + "}\n";
  }

  static std::string lp_ident(const std::string& name) {
    kinds::LpWriter word;
    word.ident(name);
    return word.text();
  }

  const Catalog& catalog_;
  const Split split_;
  const std::string owner_;
  std::vector<const Object*> outside_;
  std::map<std::string, std::vector<const Object*>> by_schema_;
  std::set<std::string> schemas_;
  std::map<std::string, std::string> files_;
};

/// What of the catalog every database is born with: the schema public, none of whose attributes is said then (kinds/schema.cpp).
Catalog new_database(const Catalog& catalog) {
  Object untouched;
  untouched.id = {KindId::Schema, "", "public", "", ""};
  CatalogBuilder builder;
  if (catalog.find(untouched.id)) builder.add(std::move(untouched));
  return builder.finish();
}

}  // namespace

std::map<std::string, std::string> print_lp(const Catalog& catalog, Split split) { return Printer(catalog, split).run(); }

Result<std::string> print_sql(const Catalog& catalog, bool canonical, int server_version, diag::Sink& sink) {
  const std::vector<Action> actions = plan::plan_actions(new_database(catalog), catalog, {server_version, ""}, sink);
  if (sink.has_errors()) return Failure::reported();
  std::string out, path = "public";
  const bool has_routines = std::ranges::any_of(actions, [](const Action& action) {
    return (action.object.kind == KindId::Function || action.object.kind == KindId::Procedure) && !action.sql.empty();
  });
  if (has_routines) out += "SET check_function_bodies = off;\n";    // they may call each other, or what isn't there yet, as when a plan makes them
  for (const Action& action : actions) {
    if (const std::string& schema = action.object.schema; !canonical && !schema.empty() && schema != path && !action.sql.empty()) {
      out += sql("SET search_path = {}", plan::source_path(schema)).text + ";\n";
      path = schema;
    }
    for (const Sql& statement : action.sql) out += statement.text + ";\n";
  }
  return out;
}

}  // namespace lpc::driver
