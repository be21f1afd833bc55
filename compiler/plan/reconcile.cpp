// The desired catalog as far as a plan can reach it: see "Column order" in the planning design, and attributes that the sources leave open.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "kinds/inheritance.h"
#include "kinds/kind.h"
#include "plan/diff.h"
#include "plan/fate.h"
#include "plan/planner.h"

namespace lpc::plan {

namespace {

const std::string& item_name(const Value& item) {
  if (item.is_text()) return item.text();
  static const std::string nameless;
  const Value* name = item.find("name");
  return name ? name->text() : nameless;
}

/// Names of parts that the plan must drop and make again, so that they come last whatever their place was.
using Replaced = std::set<std::string>;

bool holds(const List& list, const std::string& name) {
  return std::any_of(list.begin(), list.end(), [&](const Value& item) { return item_name(item) == name; });
}

/// The items of `desired`: those that `live` keeps in its order, then the others.
List in_live_order(const List& desired, const List& live, const Replaced& replaced) {
  List result;
  for (const Value& item : live) {
    if (replaced.contains(item_name(item))) continue;
    const auto at = std::find_if(desired.begin(), desired.end(), [&](const Value& other) { return item_name(other) == item_name(item); });
    if (at != desired.end()) result.push_back(*at);
  }
  for (const Value& item : desired) {
    if (!holds(live, item_name(item)) || replaced.contains(item_name(item))) result.push_back(item);
  }
  return result;
}

/// Finds objects whose ids are asked for in catalog order, going through the catalog once.
class InOrder {
 public:
  explicit InOrder(const Catalog& catalog) : at_(catalog.objects().begin()), end_(catalog.objects().end()) {}

  const Object* find(const ObjectId& id) {
    while (at_ != end_ && !(at_->id == id) && at_->id < id) ++at_;
    return at_ != end_ && at_->id == id ? &*at_ : nullptr;
  }

 private:
  Catalog::Objects::const_iterator at_, end_;
};

bool says(const Object& object, const kinds::AttributeRule& rule) {
  const auto says_it = [&](const PlanningHint& hint) { return hint.name == "said" && hint.arguments == std::vector<std::string>{std::string(rule.name)}; };
  return object.attributes.has(rule.name) || std::any_of(object.hints.begin(), object.hints.end(), says_it);
}

void keep_unsaid(Catalog& wanted, const Object& object, const Object* live, const kinds::AttributeRule& rule, const std::string& role) {
  const Value* value = live ? live->attributes.find(rule.name) : nullptr;
  // An empty text means that the value comes from elsewhere (an owned sequence has its table's owner) and isn't its own to keep.
  const bool is_borrowed = value && value->is_text() && value->text().empty();
  if (live && !is_borrowed) {
    if (value) wanted.edit(object.id)->attributes.set_always(rule.name, *value);
  } else if (rule.content == kinds::Content::role && !role.empty()) {
    wanted.edit(object.id)->attributes.set(rule.name, Value(role));
  }
}

/// An attribute that the sources may leave open. It may say more of a flag, as `not_null_name` does of `not_null`; without the flag there is nothing to say.
struct OpenAttribute {
  const kinds::AttributeRule* rule;
  std::string_view flag;      // "" when it says more of none
};

std::vector<OpenAttribute> open_attributes(const kinds::Kind& kind) {
  std::vector<OpenAttribute> result;
  for (const kinds::AttributeRule& rule : kind.attributes) {
    if (!rule.unsaid_keeps_live) continue;
    std::string_view flag;
    for (const kinds::AttributeRule& other : kind.attributes) {
      const std::string_view rest = rule.name.starts_with(other.name) ? rule.name.substr(other.name.size()) : std::string_view();
      if (flag.empty() && other.content == kinds::Content::flag && rest.starts_with('_')) flag = other.name;
    }
    result.push_back({&rule, flag});
  }
  return result;
}

void fill_unsaid(const Catalog& live, Catalog& wanted, const std::string& role) {
  std::vector<std::vector<OpenAttribute>> open(kKindCount);
  for (const kinds::Kind* kind : kinds::all_kinds()) open[static_cast<std::size_t>(kind->id)] = open_attributes(*kind);
  InOrder present(live);
  for (std::size_t at = 0; at < wanted.objects().size(); ++at) {
    const auto object = [&]() -> const Object& { return wanted.objects()[at]; };    // an edit may move it
    if (object().external) continue;
    for (const auto& [rule, flag] : open[static_cast<std::size_t>(object().id.kind)]) {
      if (!flag.empty() && !object().attributes.flag(flag)) continue;
      if (!says(object(), *rule)) keep_unsaid(wanted, object(), present.find(object().id), *rule, role);
    }
  }
}

/// Whole -> those of the parts that it lists which will be replaced, those too that it has because another has them.
std::map<ObjectId, Replaced> replaced_parts(const Catalog& live, const Catalog& wanted, int server_version) {
  std::map<ObjectId, Replaced> result;
  diag::Sink unheard;      // whoever plans reports
  const Fates fates = decide_fates(live, wanted, diff(live, wanted), {}, server_version, unheard);
  for (const ObjectId& id : fates.created) {
    const Object* object = fates.dropped.contains(id) ? wanted.find(id) : nullptr;
    if (!object || !object->parent || kinds::kind(id.kind).traits.listed_as.empty()) continue;
    result[*object->parent].insert(id.own_name());
    if (fates.created.contains(*object->parent)) continue;
    for (const ObjectId& heir : kinds::descendants(wanted, *object->parent)) {
      const Object* own = wanted.find(kinds::column_id(heir, id.own_name()));
      if (own == nullptr || own->attributes.flag("inherited")) result[heir].insert(id.own_name());
    }
  }
  return result;
}

class Reconciler {
 public:
  Reconciler(const Catalog& live, Catalog& wanted, const std::map<ObjectId, Replaced>& replaced, diag::Sink& sink)
      : live_(live), wanted_(wanted), lineage_(wanted), replaced_(replaced), sink_(sink) {}

  void run() {
    InOrder present(live_);
    for (std::size_t at = 0; at < wanted_.objects().size(); ++at) visit(wanted_.objects()[at], present.find(wanted_.objects()[at].id));
  }

 private:
  void visit(const Object& at_first, const Object* present) {
    if (at_first.external) return;
    const ObjectId id = at_first.id;      // an edit may move the object
    std::vector<std::string> first;
    if (at_first.attributes.has("_first")) {
      if (!visited_.insert(id).second) return;
      first = inherited_order(at_first);
    }
    if (!present) return follow_parents(id, first);
    // What the role may not see stays as it is.
    if (const Value* hidden = present->attributes.find("_unreadable")) take_away(present->id, hidden->texts());
    const auto parts = replaced_.find(present->id);
    for (const kinds::AttributeRule& rule : kinds::kind(present->id.kind).attributes) {
      if (rule.keeps_live_order) keep_order(*present, rule, parts == replaced_.end() ? Replaced() : parts->second, first);
    }
  }

  void take_away(const ObjectId& id, const std::vector<std::string>& attributes) {
    for (const std::string& name : attributes) wanted_.edit(id)->attributes.remove(name);
  }

  /// A new table has its parents' columns in the order that they have there in the end.
  void follow_parents(const ObjectId& table, const std::vector<std::string>& first) {
    if (first.empty()) return;
    List columns = wanted_.find(table)->attributes.find("columns")->list();
    put_first(columns, first);
    wanted_.edit(table)->attributes.set("columns", Value(std::move(columns)));
  }

  static void put_first(List& columns, const std::vector<std::string>& first) {
    std::stable_sort(columns.begin(), columns.end(), [&](const Value& a, const Value& b) {
      return std::find(first.begin(), first.end(), item_name(a)) < std::find(first.begin(), first.end(), item_name(b));
    });
  }

  void keep_order(const Object& live, const kinds::AttributeRule& rule, const Replaced& replaced, const std::vector<std::string>& first) {
    const Object& object = *wanted_.find(live.id);
    const Value* wanted = object.attributes.find(rule.name);
    const Value* present = live.attributes.find(rule.name);
    if (!wanted || !present) return;
    List reached = in_live_order(wanted->list(), present->list(), replaced);
    // Where a table declares all that it inherits, its columns stand where they are; else the place of these follows from other objects, whatever it is in the database.
    const bool is_own_order = !first.empty() && lineage_.has_own_order(live.id, names_of(reached));
    if (!is_own_order) put_first(reached, first);
    if (reached == wanted->list()) return;
    sink_.add(diag::make(diag::Code::kColumnOrderDiffers, object.origin, object.id.path()));
    Object& edited = *wanted_.edit(live.id);
    if (is_own_order) edited.attributes.remove("_first");
    edited.attributes.set(rule.name, Value(std::move(reached)));
  }

  static std::vector<std::string> names_of(const List& columns) {
    std::vector<std::string> names;
    for (const Value& column : columns) names.push_back(item_name(column));
    return names;
  }

  /// What a table has from its parents stands in their order, and that one may be kept too.
  std::vector<std::string> inherited_order(const Object& table) {
    for (const ObjectId& parent : lineage_.parents(table.id)) visit(*wanted_.find(parent), live_.find(parent));
    const std::vector<std::string> inherited = table.attributes.texts("_first");
    std::vector<std::string> order = lineage_.natural_order(table.id);
    std::erase_if(order, [&](const std::string& name) { return std::find(inherited.begin(), inherited.end(), name) == inherited.end(); });
    return order;
  }

  const Catalog& live_;
  Catalog& wanted_;
  kinds::Lineage lineage_;
  const std::map<ObjectId, Replaced>& replaced_;
  diag::Sink& sink_;
  std::set<ObjectId> visited_;
};

}  // namespace

Catalog reconcile(const Catalog& live, Catalog wanted, const std::string& role, int server_version, diag::Sink& sink) {
  std::vector<ObjectId> declared;
  if (std::optional<Catalog> fitting = kinds::with_declared_columns(live, wanted, declared)) wanted = *std::move(fitting);
  for (const ObjectId& column : declared) sink.add(diag::make(diag::Code::kStaysDeclared, wanted.find(column)->origin, kinds::spoken(column)));
  fill_unsaid(live, wanted, role);
  const std::map<ObjectId, Replaced> replaced = replaced_parts(live, wanted, server_version);
  Reconciler(live, wanted, replaced, sink).run();
  return wanted;
}

}  // namespace lpc::plan
