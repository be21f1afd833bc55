#include "kinds/security_labels.h"

#include <fmt/core.h>

#include "kinds/common.h"
#include "kinds/current_database.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kStatement = "SECURITY LABEL FOR ";

Map labels_of(const Object* object) {
  const Value* labels = object == nullptr ? nullptr : object->attributes.find(kSecurityLabelsRule.name);
  return labels == nullptr ? Map() : labels->map();
}

const Value* label_by(const Map& labels, std::string_view provider) {
  for (const auto& [name, label] : labels) {
    if (name == provider) return &label;
  }
  return nullptr;
}

}  // namespace

void alter_security_labels(const Alteration& alteration, const ChangeContext&, Action& action) {
  const ObjectId& id = alteration.after.id;
  const Kind& own = kind(id.kind);
  const std::size_t count = action.sql.size();
  const auto say = [&](const std::string& provider, const Sql& label) {
    // A foreign table has its server with it.
    const Sql what = id.kind == KindId::Table && alteration.after.attributes.has("server") ? sql("FOREIGN TABLE") : fragment(own.sql_name);
    action.sql.push_back(about_current_database(sql("SECURITY LABEL FOR {} ON {} {} IS {}", ident(provider), what, own.address(id), label)));
  };
  const Map before = labels_of(alteration.before);
  const Map after = labels_of(&alteration.after);
  for (const auto& [provider, label] : before) {
    if (label_by(after, provider) == nullptr) say(provider, sql("NULL"));
  }
  for (const auto& [provider, label] : after) {
    const Value* had = label_by(before, provider);
    if (had == nullptr || !(*had == label)) say(provider, literal(label.text()));
  }
  if (action.sql.size() > count && action.description.empty()) action.description = fmt::format("Set the security labels of {}", spoken(id));
}

bool is_security_label(std::string_view statement) {
  // Those about the database are completed by the server.
  return statement.starts_with(kStatement) || (statement.starts_with("DO ") && statement.find("pg_catalog.format('SECURITY LABEL FOR ") != std::string_view::npos);
}

}  // namespace lpc::kinds
