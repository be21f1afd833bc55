#include "kinds/text_search_functions.h"

#include <fmt/core.h>

#include <algorithm>

#include "kinds/common.h"
#include "kinds/declared_routine.h"
#include "kinds/keys.h"
#include "kinds/names.h"

namespace lpc::kinds::text_search {

void lower(const ast::Decl& decl, KindId kind, std::string_view word, std::span<const Key> keys, LowerContext& context) {
  Object* object = context.add(decl, {kind, context.schema_of(decl.name), decl.name.last(), "", ""});
  if (object == nullptr) return;
  const std::string about = fmt::format("a {}", word);
  std::vector<std::string_view> names;
  for (const Key& key : keys) names.push_back(key.name);
  keys::reject_others(decl, context, about, {});
  keys::each(decl, context, about, names, [&](const keys::Key& key) {
    const auto known = std::ranges::find(names, key.name);
    if (known == names.end()) return false;
    const ast::Name name = keys::name(key, context);
    if (!name.empty()) object->attributes.set(*known, context.routine_text(name));
    return true;
  });
  for (const Key& key : keys) {
    if (!key.needed || object->external || object->attributes.has(key.name)) continue;
    context.error(diag::make(diag::Code::kMissingClause, decl.name_span, fmt::format("{} `{}`", word, decl.name.dotted()), fmt::format("{} = …", key.name)));
  }
}

void qualify(CatalogBuilder& builder, KindId users, std::string_view attribute, KindId kind) {
  for (Object* user : builder.of(users)) {
    const std::vector<std::string> name = name_parts(user->attributes.text(attribute));
    if (name.size() != 1) continue;
    for (const std::string& schema : {user->id.schema.str(), std::string("public")}) {
      if (builder.find({kind, schema, name[0], "", ""}) == nullptr) continue;
      user->attributes.set(attribute, qualified(schema, name[0]).text);
      break;
    }
  }
}

void create(const Object& object, std::string_view sql_name, std::span<const Key> keys, Action& action) {
  std::vector<Sql> parts;
  for (const Key& key : keys) {
    if (object.attributes.has(key.name)) parts.push_back(sql("{} = {}", fragment(key.name), fragment(object.attributes.text(key.name))));
  }
  action.sql.push_back(sql("CREATE {} {} (\n    {}\n)", fragment(sql_name), address_qualified(object.id), join(parts, ",\n    ")));
}

void print(const Object& object, std::string_view word, std::span<const Key> keys, const Catalog& catalog, LpWriter& writer) {
  writer.doc(object).word(word).name(object.id.schema, object.id.name).comment_clause(object).open();
  for (const Key& key : keys) {
    if (!object.attributes.has(key.name)) continue;
    writer.word(key.name).word("=");
    write_routine(object.attributes.text(key.name), catalog, writer);
    writer.line();
  }
  writer.close();
}

}  // namespace lpc::kinds::text_search
