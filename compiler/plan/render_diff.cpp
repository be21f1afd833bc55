#include "plan/render_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/sql.h"
#include "base/text.h"
#include "plan/layout.h"
#include "plan/report.h"
#include "plan/words.h"

namespace lpc::plan {

namespace {

/// An object that differs, or that holds some that do.
struct Node {
  ObjectId id;
  std::vector<const Delta*> deltas;      ///< none, one, or a drop and a creation
  std::vector<std::size_t> members;
};

/// What differs, as a tree: a table's columns under the table, a column's default under the column.
class Tree {
 public:
  Tree(const std::vector<Delta>& deltas, const Catalog& before, const Catalog& after) : before_(before), after_(after) {
    for (const Delta& delta : deltas) nodes_[place_of(delta.after ? *delta.after : *delta.before)].deltas.push_back(&delta);
    for (Node& node : nodes_) std::sort(node.members.begin(), node.members.end(), [this](std::size_t a, std::size_t b) { return comes_before(nodes_[a].id, nodes_[b].id); });
    std::sort(roots_.begin(), roots_.end(), [this](std::size_t a, std::size_t b) { return comes_before(nodes_[a].id, nodes_[b].id); });
  }

  const Node& at(std::size_t index) const { return nodes_[index]; }
  const std::vector<std::size_t>& roots() const { return roots_; }

 private:
  std::size_t place_of(const Object& object) {
    const auto [known, is_new] = places_.try_emplace(object.id, nodes_.size());
    if (!is_new) return known->second;
    const std::size_t place = nodes_.size();
    nodes_.push_back({object.id, {}, {}});
    const Object* parent = object.parent ? find(*object.parent) : nullptr;
    if (parent && !(parent->id == object.id)) {
      const std::size_t holder = place_of(*parent);
      nodes_[holder].members.push_back(place);
    } else {
      roots_.push_back(place);
    }
    return place;
  }

  const Object* find(const ObjectId& id) const {
    const Object* object = after_.find(id);
    return object ? object : before_.find(id);
  }

  /// Kinds in the order of kinds.def; columns in their table's order.
  bool comes_before(const ObjectId& a, const ObjectId& b) const {
    if (a.kind != b.kind) return a.kind < b.kind;
    const std::size_t left = position(a), right = position(b);
    return left != right ? left < right : a < b;
  }

  std::size_t position(const ObjectId& id) const {
    const Object* object = find(id);
    const Object* parent = object && object->parent ? find(*object->parent) : nullptr;
    if (!parent) return 0;
    for (const kinds::AttributeRule& rule : kinds::kind(parent->id.kind).attributes) {
      if (!rule.keeps_live_order || kinds::kind(id.kind).traits.listed_as != rule.name) continue;
      const std::vector<std::string> names = parent->attributes.texts(rule.name);
      const auto at = std::find(names.begin(), names.end(), id.own_name().str());
      if (at != names.end()) return static_cast<std::size_t>(at - names.begin());
    }
    return std::string::npos;
  }

  const Catalog& before_;
  const Catalog& after_;
  std::vector<Node> nodes_;
  std::map<ObjectId, std::size_t> places_;
  std::vector<std::size_t> roots_;
};

/// A list of parts' names that differs only by the parts that came and went says nothing that these don't say themselves.
bool says_only_members(const kinds::AttributeRule& rule, const AttributeDelta& delta) {
  if (!rule.keeps_live_order) return false;
  const auto texts = [](const Value* value) { return value ? value->texts() : std::vector<std::string>(); };
  const auto holds_more = [](const Value* value) { return value && std::any_of(value->list().begin(), value->list().end(), [](const Value& item) { return !item.is_text(); }); };
  if (holds_more(delta.before) || holds_more(delta.after)) return false;
  std::vector<std::string> a = texts(delta.before), b = texts(delta.after);
  const std::set<std::string> old_names(a.begin(), a.end()), new_names(b.begin(), b.end());
  std::erase_if(a, [&](const std::string& name) { return !new_names.contains(name); });
  std::erase_if(b, [&](const std::string& name) { return !old_names.contains(name); });
  return a == b;
}

class DiffRenderer {
 public:
  DiffRenderer(const Tree& tree, const DiffOptions& options) : tree_(tree), options_(options), screen_{options.colour, options.width} {}

  std::string run() {
    std::map<std::string, std::vector<std::size_t>> schemas;      // "" for what is in none
    std::map<std::string, std::size_t> heads;
    for (const std::size_t root : tree_.roots()) {
      const ObjectId& id = tree_.at(root).id;
      if (id == schema_id(id.name)) {
        heads[id.name] = root;
        schemas.try_emplace(id.name);
      } else {
        schemas[id.schema].push_back(root);
      }
    }
    for (const auto& [schema, roots] : schemas) {
      out_ += "\n";
      const std::size_t indent = schema.empty() ? 0 : 2;
      if (const auto head = heads.find(schema); head != heads.end() && !schema.empty()) {
        node(tree_.at(head->second), 0, "");
      } else if (!schema.empty()) {
        out_ += "  schema " + for_eyes(ident(schema).text) + "\n";
      }
      for (const std::size_t root : roots) node(tree_.at(root), indent, schema);
    }
    return summary() + out_;
  }

 private:
  std::string summary() const {
    std::vector<std::string> parts;
    for (const auto& [count, word] : {std::pair(created_, "added"), std::pair(dropped_, "removed"), std::pair(changed_, "changed")}) {
      if (count) parts.push_back(fmt::format("{} {}", count, word));
    }
    return screen_.paint("1", join(parts, ", ")) + "\n";
  }

  static std::string_view code_of(char sign) { return sign == '+' ? "32" : sign == '-' ? "31" : sign == '~' ? "33" : ""; }

  /// The object's kind and its name without what stands above it already.
  static std::string name_of(const ObjectId& id, std::string_view schema, bool is_member) {
    const std::string_view kind = kind_name(id.kind);
    if (is_member) return fmt::format("{} {}", kind, ident(id.own_name()).text);
    std::string path = id.path();
    const std::string prefix = schema.empty() ? "" : ident(schema).text + ".";
    if (!prefix.empty() && path.starts_with(prefix)) path.erase(0, prefix.size());
    return fmt::format("{} {}", kind, path);
  }

  void line(std::size_t indent, char sign, const std::string& text) {
    const std::string lead = fmt::format("{}{} ", std::string(indent, ' '), screen_.paint(code_of(sign), std::string(1, sign)));
    std::string lines = paragraph(std::string(indent + 2, ' '), text, screen_, code_of(sign));
    out_ += lead + lines.substr(indent + 2);
  }

  void show(const Difference& difference, std::size_t indent) {
    line(indent, difference.sign, difference.text);
    for (const std::string& each : difference.lines) {
      const char sign = each.empty() ? ' ' : each.front();
      const std::string_view code = sign == '@' ? "36" : code_of(sign);
      const std::string shown = for_eyes(each);
      out_ += std::string(indent + 4, ' ') + screen_.paint(code, shown.substr(0, shown.find_last_not_of(' ') + 1)) + "\n";
      if (out_.ends_with(" \n")) out_.erase(out_.find_last_not_of(" \n") + 1).append("\n");
    }
  }

  void node(const Node& node, std::size_t indent, std::string_view schema, const Node* holder = nullptr, bool holder_is_new = false) {
    // The default of a column has the column's name; saying it twice helps nobody.
    const bool same_name = holder && holder->id.own_name() == node.id.own_name();
    const std::string name = same_name ? std::string(kind_name(node.id.kind)) : name_of(node.id, schema, holder != nullptr);
    if (node.deltas.empty()) line(indent, ' ', name);
    bool is_whole = false;
    for (const Delta* delta : node.deltas) {
      count(*delta, holder_is_new);
      is_whole = is_whole || delta->type != DeltaType::changed;
      if (delta->type == DeltaType::changed) {
        changed(*delta, name, indent);
      } else {
        const char sign = delta->after ? '+' : '-';
        whole(delta->after ? *delta->after : *delta->before, sign, name, indent);
      }
    }
    for (const std::size_t member : node.members) this->node(tree_.at(member), indent + 4, schema, &node, is_whole);
  }

  void whole(const Object& object, char sign, const std::string& name, std::size_t indent) {
    const ObjectWords words = object_words(object, sign, options_.utf8);
    line(indent, sign, words.summary.empty() ? name : fmt::format("{}: {}", name, words.summary));
    for (const Difference& each : words.differences) show(each, indent + 4);
  }

  void changed(const Delta& delta, const std::string& name, std::size_t indent) {
    std::vector<Difference> differences;
    for (const AttributeDelta& attribute : delta.attributes) {
      const kinds::AttributeRule& rule = *kinds::rule(kinds::kind(delta.after->id.kind), attribute.name);
      if (says_only_members(rule, attribute)) continue;
      for (Difference& each : attribute_differences(rule, attribute.before, attribute.after, options_.utf8)) differences.push_back(std::move(each));
    }
    if (differences.size() == 1 && differences.front().sign == '~') {
      Difference only = std::move(differences.front());
      if (const std::size_t colon = only.text.find(": "); only.lines.empty() && colon != std::string::npos) only.text.erase(colon, 1);      // "type: a → b"
      only.text = fmt::format("{}: {}", name, only.text);
      show(only, indent);
      return;
    }
    line(indent, differences.empty() ? ' ' : '~', name);
    for (const Difference& each : differences) show(each, indent + 4);
  }

  /// Members of what is new or gone as a whole aren't counted by themselves, and neither is a table that only has other columns.
  void count(const Delta& delta, bool is_part) {
    if (is_part) return;
    switch (delta.type) {
      case DeltaType::created: ++created_; break;
      case DeltaType::dropped: ++dropped_; break;
      case DeltaType::changed: {
        const auto& rules = kinds::kind(delta.after->id.kind);
        const bool only_members = std::all_of(delta.attributes.begin(), delta.attributes.end(), [&](const AttributeDelta& each) { return says_only_members(*kinds::rule(rules, each.name), each); });
        changed_ += !only_members;
        break;
      }
    }
  }

  const Tree& tree_;
  const DiffOptions& options_;
  const Screen screen_;
  std::string out_;
  std::size_t created_ = 0, dropped_ = 0, changed_ = 0;
};

}  // namespace

std::string render_diff(const std::vector<Delta>& deltas, const Catalog& before, const Catalog& after, const DiffOptions& options) {
  if (deltas.empty()) return "No differences.\n";
  const Tree tree(deltas, before, after);
  return DiffRenderer(tree, options).run();
}

}  // namespace lpc::plan
