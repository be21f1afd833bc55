// Text search dictionaries: a template with options. https://www.postgresql.org/docs/15/sql-createtsdictionary.html
// What an option means is the template's business, so any key is an option but `template`.
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "kinds/common.h"
#include "kinds/keys.h"
#include "kinds/link_context.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/names.h"
#include "kinds/relation_options.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kTextSearchDictionaryDeclaredAs[] = {"text_search_dictionary"};
constexpr std::string_view kTextSearchDictionaryAbout = "a text search dictionary";

// dictinitoption is `a = 'x', "B" = E'\\y', c = 5`: serialize_deflist() in src/backend/commands/tsearchcmds.c. The options' values as text, without quotes.
constexpr IntrospectQuery kTextSearchDictionaryQueries[] = {{.sql =
    "select n.nspname as _schema, t.dictname as _name, 'pg_ts_dict:' || t.oid as _aliases, pg_get_userbyid(t.dictowner) as owner, d.description as comment,\n"
    "  case when tn.nspname = 'pg_catalog' then quote_ident(tt.tmplname) else format('%I.%I', tn.nspname, tt.tmplname) end as template,\n"
    "  o.options as options, o.names as _order\n"
    "from pg_ts_dict t\n"
    "join pg_namespace n on n.oid = t.dictnamespace\n"
    "join pg_ts_template tt on tt.oid = t.dicttemplate\n"
    "join pg_namespace tn on tn.oid = tt.tmplnamespace\n"
    "left join lateral (\n"
    "  select json_object_agg(case when m[1] like '\"%' then replace(substr(m[1], 2, length(m[1]) - 2), '\"\"', '\"') else m[1] end,\n"
    "    case when m[2] like 'E%' then replace(replace(substr(m[2], 3, length(m[2]) - 3), '''''', ''''), E'\\\\\\\\', E'\\\\')\n"
    "         when m[2] like '''%' then replace(substr(m[2], 2, length(m[2]) - 2), '''''', '''') else m[2] end) as options,\n"
    "    json_agg(case when m[1] like '\"%' then replace(substr(m[1], 2, length(m[1]) - 2), '\"\"', '\"') else m[1] end) as names\n"
    "  from regexp_matches(t.dictinitoption, '(\"(?:[^\"]|\"\")*\"|[^\\s=,\"]+) = (E?''(?:[^'']|'''')*''|[^\\s,'']+)', 'g') m) o on true\n"
    "left join pg_description d on d.objoid = t.oid and d.classoid = 'pg_ts_dict'::regclass and d.objsubid = 0\n"
    "where {user_schema:n} and {not_member:pg_ts_dict:t.oid}"}};

bool is_plain_number(std::string_view text) {
  const bool has_digits = !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return has_digits && text.size() < 10 && (text.size() == 1 || text.front() != '0');
}

void lower_dictionary(const ast::Decl& decl, LowerContext& context) {
  Object* dictionary = context.add(decl, {KindId::TextSearchDictionary, context.schema_of(decl.name), decl.name.last(), "", ""});
  if (dictionary == nullptr) return;
  keys::reject_others(decl, context, kTextSearchDictionaryAbout, {});
  Map options;
  keys::each(decl, context, kTextSearchDictionaryAbout, {"template"}, [&](const keys::Key& key) {
    if (key.name == "template") {
      dictionary->attributes.set("template", keys::name_text(key.value));
    } else {
      options.emplace_back(key.name, Value(key.value.shape == ast::Shape::name ? key.value.name.dotted() : keys::text(key.value)));
    }
    return true;
  });
  dictionary->attributes.set(kOptionOrderRule.name, option_order(options));
  dictionary->attributes.set("options", Value(std::move(options)));
  if (dictionary->external || dictionary->attributes.has("template")) return;
  context.error(diag::make(diag::Code::kMissingClause, decl.name_span, fmt::format("text search dictionary `{}`", decl.name.dotted()), "template = …"));
}

void link_dictionary(const Object& object, LinkContext& context) {
  const std::vector<std::string> name = name_parts(object.attributes.text("template"));
  if (name.size() == 2) context.object({KindId::TextSearchTemplate, name[0], name[1], "", ""});
}

Map options_of(const Object& object) { return option_map(object); }

Sql option_clause(const std::string& name, const std::string& value) {
  return sql("{} = {}", ident(name), is_plain_number(value) ? fragment(value) : literal(value));
}

void create_dictionary(const Object& object, const ChangeContext&, Action& action) {
  std::vector<Sql> parts = {sql("TEMPLATE = {}", fragment(object.attributes.text("template")))};
  for (const auto& [name, value] : options_of(object)) parts.push_back(option_clause(name, value.text()));
  action.sql.push_back(sql("CREATE TEXT SEARCH DICTIONARY {} (\n    {}\n)", address_qualified(object.id), join(parts, ",\n    ")));
  describe(action, fmt::format("Create {}", spoken(object.id)));
}

/// An option without a value goes away: https://www.postgresql.org/docs/15/sql-altertsdictionary.html
void alter_dictionary_options(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& after = alteration.after;
  std::vector<Sql> parts;
  for (const auto& [name, value] : options_of(*alteration.before)) {
    const bool stays = std::ranges::any_of(options_of(after), [&](const auto& option) { return option.first == name; });
    if (!stays) parts.push_back(ident(name));
  }
  const Map before = options_of(*alteration.before);
  for (const auto& [name, value] : options_of(after)) {
    const auto was = std::ranges::find_if(before, [&](const auto& option) { return option.first == name; });
    if (was == before.end() || was->second != value) parts.push_back(option_clause(name, value.text()));
  }
  if (parts.empty()) return;
  action.sql.push_back(sql("ALTER TEXT SEARCH DICTIONARY {} ({})", address_qualified(after.id), join(parts, ", ")));
  describe(action, fmt::format("Change the options of {}", spoken(after.id)));
}

void print_dictionary(const Object& object, const Catalog&, LpWriter& writer) {
  writer.doc(object).word("text search dictionary").name(object.id.schema, object.id.name).owner(object).comment_clause(object).open();
  // Templates aren't looked for in the current schema.
  const std::string current = std::exchange(writer.schema, {});
  writer.word("template =").relation(object.attributes.text("template")).line();
  writer.schema = current;
  for (const auto& [name, value] : options_of(object)) {
    writer.ident(name).word("=");
    if (is_plain_number(value.text())) {
      writer.word(value.text()).line();
    } else {
      writer.string(value.text()).line();
    }
  }
  writer.close();
}

std::vector<std::string> dictionary_slots(const Object& object) { return {"text search dictionary " + address_qualified(object.id).text}; }

constexpr AttributeRule kTextSearchDictionaryRules[] = {
    {.name = "template", .content = Content::text},
    {.name = "options", .content = Content::map, .alter = alter_dictionary_options},
    kOptionOrderRule,
    kOwnerRule,
    kCommentRule,
};

}  // namespace

constexpr Kind kTextSearchDictionary = {
    .id = KindId::TextSearchDictionary,
    .sql_name = "TEXT SEARCH DICTIONARY",
    .declared_as = kTextSearchDictionaryDeclaredAs,
    .introspect = kTextSearchDictionaryQueries,
    .lower = lower_dictionary,
    .normalise = nullptr,
    .edges = link_dictionary,
    .create = create_dictionary,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_qualified,
    .attributes = kTextSearchDictionaryRules,
    .print_lp = print_dictionary,
    .slots = dictionary_slots,
    .traits = {.found_in = "pg_ts_dict where oid >= 16384"},
};
static_assert(is_complete(kTextSearchDictionary));

}  // namespace lpc::kinds
