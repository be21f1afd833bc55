// `grant …` and `revoke …` inside a declaration, as the attributes `grants` and `revokes`.
#include <algorithm>

#include "kinds/acl.h"
#include "kinds/lower_context.h"

namespace lpc::kinds {
namespace {

std::string upper(std::string_view words) {
  std::string text(words);
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

/// The privilege in the server's words, or "" when there is none of that name for the type (and that is reported).
std::string privilege_name(const ast::Clause& clause, char acl_type, LowerContext& context) {
  // MAINTAIN came with Postgres 17; whether the server has it is for the server to say.
  const std::vector<std::string> known = all_privileges(acl_type, 180000);
  std::string name = upper(clause.word_value());
  if (name == "ALL PRIVILEGES") name = "ALL";
  if (name == "TEMP") name = "TEMPORARY";
  if (name == "ALL") return known.size() == 1 ? known.front() : name;
  if (std::ranges::find(known, name) != known.end()) return name;
  std::string expected;
  for (const std::string& each : known) expected += (expected.empty() ? "one of " : ", ") + each;
  context.error(diag::make(diag::Code::kWrongValue, clause.span, clause.word_value(), expected).with_suggestion(name, known, clause.span));
  return {};
}

const ast::Value* column_list(const ast::Clause& privilege) { return privilege.value(ast::Shape::names); }

bool lists_column(const ast::Value& list, std::string_view column) {
  return std::ranges::any_of(list.items, [&](const ast::Value& item) { return item.name.last() == column; });
}

std::vector<std::string> roles(const ast::Decl& decl, std::string_view word) {
  std::vector<std::string> names;
  const ast::Clause* clause = decl.clause(word);
  if (clause == nullptr) return names;
  for (const ast::Value& value : clause->values) {
    if (value.shape == ast::Shape::name) names.push_back(value.name.last());
  }
  return names;
}

bool is_implied(const Privileges& implied, const std::string& role, const std::string& privilege) {
  const auto found = implied.find(role);
  return found != implied.end() && found->second.contains(privilege);
}

bool is_grant(const ast::Decl& decl) { return decl.kind == "grant" || decl.kind == "revoke"; }

/// Takes what `grant`s and `revoke`s say about one object.
class Collector {
 public:
  Collector(LowerContext& context, const acl::Declared& about) : context_(context), about_(about) {}

  void take(const ast::Decl& decl) {
    for (const ast::Clause* privilege : decl.all("privilege")) {
      const ast::Value* columns = column_list(*privilege);
      if (columns != nullptr && about_.acl_type != 'r' && about_.acl_type != 'c') {
        context_.error(diag::make(diag::Code::kUnexpectedInput, columns->span, "list of columns", decl.kind == "grant" ? "`to`" : "`from`"));
        continue;
      }
      const bool concerns = about_.column.empty() ? columns == nullptr : columns != nullptr && lists_column(*columns, about_.column);
      if (!concerns) continue;
      const std::string name = privilege_name(*privilege, about_.acl_type, context_);
      if (!name.empty()) put(decl, name);
    }
  }

  void finish(Attributes& attributes) {
    for (auto& [grantee, entries] : grants_) {
      // With grant option says it all.
      std::erase_if(entries, [&](const std::string& text) {
        acl::Entry entry = acl::Entry::parse(text);
        if (entry.with_option) return false;
        entry.with_option = true;
        return entries.contains(entry.text());
      });
    }
    attributes.set("grants", acl::to_value(grants_));
    attributes.set("revokes", acl::to_value(revokes_));
    acl::set_order(attributes, grantees_);
  }

 private:
  void put(const ast::Decl& decl, const std::string& name) {
    const auto implied = [&](const std::string& role) {
      if (is_implied(about_.implied, role, name)) return true;
      const auto found = about_.implied.find(role);
      return found != about_.implied.end() && (name == "ALL" && found->second.size() == all_privileges(about_.acl_type, 180000).size());
    };
    if (decl.kind == "revoke") {
      if (decl.has("grant_option_for")) {
        context_.error(diag::make(diag::Code::kNotSupported, decl.span, "`revoke grant option for` in a declaration"));
        return;
      }
      for (const std::string& role : roles(decl, "from")) {
        // Only what Postgres gives by itself can be lacking; everything else simply isn't granted. An owner that isn't said may be anyone.
        const bool may_lack = (name == "ALL" && about_.implied.contains(role)) || implied(role) || is_implied(about_.implied_once, role, name);
        if (may_lack || (role != "public" && about_.owner_may_lack)) acl::put(revokes_, role, {name, false, {}});
      }
      return;
    }
    const bool option = decl.has("grant_option");
    const std::vector<std::string> by = roles(decl, "granted_by");
    const std::string grantor = by.empty() || by.front() == about_.owner ? std::string() : by.front();
    for (const std::string& role : roles(decl, "to")) {
      if (!option && grantor.empty() && implied(role)) continue;
      acl::put(grants_, role, {name, option, grantor});
      grantees_.push_back(role);
    }
  }

  LowerContext& context_;
  const acl::Declared& about_;
  std::map<std::string, std::set<std::string>> grants_;
  std::map<std::string, std::set<std::string>> revokes_;
  std::vector<std::string> grantees_;    ///< as they come
};

}  // namespace

void acl::set_declared(Attributes& attributes, const std::vector<const ast::Decl*>& declarations, const Declared& about, LowerContext& context) {
  Collector collector(context, about);
  for (const ast::Decl* decl : declarations) collector.take(*decl);
  collector.finish(attributes);
}

void LowerContext::set_declared_grants(const ast::Decl& decl, Object& object) {
  acl::Declared about;
  about.acl_type = kind(object.id.kind).traits.acl_type;
  const ast::Decl* source = about.acl_type == 'c' ? parent_decl : &decl;
  if (source == nullptr) return;
  std::vector<const ast::Decl*> declarations;
  for (const ast::Decl& member : source->members) {
    if (is_grant(member)) declarations.push_back(&member);
  }
  if (declarations.empty()) return;
  about.owner = object.attributes.text("owner");
  // No server is at hand, and what it implies for the schema public depends on its version.
  about.implied = acl::implied_by(object.id, about.owner, 180000);
  about.implied_once = acl::implied_by(object.id, about.owner, 130000);
  if (about.acl_type == 'c') about.column = object.id.member;
  about.owner_may_lack = about.owner.empty() && about.acl_type != 'c';
  acl::set_declared(object.attributes, declarations, about, *this);
}

void LowerContext::lower_leftover_column_grants(const ast::Decl& decl, const Object& owner) {
  if (kind(owner.id.kind).traits.acl_type != 'r') return;
  std::set<std::string> done;
  for (const Object* child : catalog.children(owner.id)) {
    if (kind(child->id.kind).traits.acl_type == 'c') done.insert(child->id.member);
  }
  for (const ast::Decl& member : decl.members) {
    if (!is_grant(member)) continue;
    for (const ast::Clause* privilege : member.all("privilege")) {
      const ast::Value* columns = column_list(*privilege);
      if (columns == nullptr) continue;
      for (const ast::Value& item : columns->items) {
        if (!done.insert(item.name.last()).second) continue;
        ast::Decl column;
        column.kind = "column_override";
        column.name = item.name;
        column.span = column.name_span = item.span;
        lower(column);
      }
    }
  }
}

}  // namespace lpc::kinds
