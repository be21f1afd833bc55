// Text search configurations: a parser, and for each type of token the dictionaries that are asked in turn.
// https://www.postgresql.org/docs/15/sql-createtsconfig.html, https://www.postgresql.org/docs/15/sql-altertsconfig.html
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "kinds/common.h"
#include "kinds/keys.h"
#include "kinds/link_context.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"
#include "kinds/names.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kTextSearchConfigurationDeclaredAs[] = {"text_search_configuration"};
constexpr std::string_view kTextSearchConfigurationAbout = "a text search configuration";

// The names of token types are the parser's to tell.
constexpr IntrospectQuery kTextSearchConfigurationQueries[] = {{.sql =
    "select n.nspname as _schema, c.cfgname as _name, 'pg_ts_config:' || c.oid as _aliases, pg_get_userbyid(c.cfgowner) as owner, d.description as comment,\n"
    "  case when pn.nspname = 'pg_catalog' then quote_ident(p.prsname) else format('%I.%I', pn.nspname, p.prsname) end as parser,\n"
    "  (select json_object_agg(t.alias, m.dictionaries)\n"
    "   from (select m.maptokentype, json_agg(case when dn.nspname = 'pg_catalog' then quote_ident(td.dictname) else format('%I.%I', dn.nspname, td.dictname) end\n"
    "           order by m.mapseqno) as dictionaries\n"
    "         from pg_ts_config_map m join pg_ts_dict td on td.oid = m.mapdict join pg_namespace dn on dn.oid = td.dictnamespace\n"
    "         where m.mapcfg = c.oid group by m.maptokentype) m\n"
    "   join ts_token_type(c.cfgparser) t on t.tokid = m.maptokentype) as mappings\n"
    "from pg_ts_config c\n"
    "join pg_namespace n on n.oid = c.cfgnamespace\n"
    "join pg_ts_parser p on p.oid = c.cfgparser\n"
    "join pg_namespace pn on pn.oid = p.prsnamespace\n"
    "left join pg_description d on d.objoid = c.oid and d.classoid = 'pg_ts_config'::regclass and d.objsubid = 0\n"
    "where {user_schema:n} and {not_member:pg_ts_config:c.oid}"}};

// ---- from .lp -----------------------------------------------------------------------------------------------------------------------

void lower_mapping(const ast::Clause& clause, LowerContext& context, Map& mappings) {
  const ast::Clause* with = clause.clause("map_with");
  if (with == nullptr) return;
  if (clause.word_value() != "map") {
    context.error(diag::make(diag::Code::kUnexpectedInput, clause.span, fmt::format("`{}`", clause.word_value()), "`map … with …` or `key = value`"));
    return;
  }
  std::vector<std::string> dictionaries;
  for (const ast::Value& value : with->values) dictionaries.push_back(context.dictionary_text(value.name));
  for (const ast::Value& value : clause.values) {
    if (value.shape != ast::Shape::name) continue;
    const std::string& token = value.name.last();
    if (std::ranges::any_of(mappings, [&](const auto& entry) { return entry.first == token; })) {
      context.error(diag::make(diag::Code::kDuplicateDeclaration, value.span, "mapping for", token));
    } else {
      mappings.emplace_back(token, Value::strings(dictionaries));
    }
  }
}

void lower_configuration(const ast::Decl& decl, LowerContext& context) {
  Object* configuration = context.add(decl, {KindId::TextSearchConfiguration, context.schema_of(decl.name), decl.name.last(), "", ""});
  if (configuration == nullptr) return;
  keys::reject_others(decl, context, kTextSearchConfigurationAbout, {"map"});
  keys::each(decl, context, kTextSearchConfigurationAbout, {"parser"}, [&](const keys::Key& key) {
    if (key.name != "parser") return false;
    configuration->attributes.set("parser", keys::name_text(key.value));
    return true;
  });
  Map mappings;
  for (const ast::Clause* clause : decl.all("map")) lower_mapping(*clause, context, mappings);
  configuration->attributes.set("mappings", Value(std::move(mappings)));
  if (configuration->external || configuration->attributes.has("parser")) return;
  context.error(diag::make(diag::Code::kMissingClause, decl.name_span, fmt::format("text search configuration `{}`", decl.name.dotted()), "parser = …"));
}

// ---- mappings -----------------------------------------------------------------------------------------------------------------------

using Dictionaries = std::vector<std::string>;

std::map<std::string, Dictionaries> mappings_of(const Object* object) {
  std::map<std::string, Dictionaries> mappings;
  const Value* value = object == nullptr ? nullptr : object->attributes.find("mappings");
  if (value == nullptr) return mappings;
  for (const auto& [token, dictionaries] : value->map()) mappings.emplace(token, dictionaries.texts());
  return mappings;
}

/// Token types with the same dictionaries together, by their first one.
std::vector<std::pair<std::vector<std::string>, Dictionaries>> grouped(const std::map<std::string, Dictionaries>& mappings) {
  std::vector<std::pair<std::vector<std::string>, Dictionaries>> groups;
  for (const auto& [token, dictionaries] : mappings) {
    const auto same = std::ranges::find_if(groups, [&](const auto& group) { return group.second == dictionaries; });
    if (same == groups.end()) {
      groups.push_back({{token}, dictionaries});
    } else {
      same->first.push_back(token);
    }
  }
  return groups;
}

void link_configuration(const Object& object, LinkContext& context) {
  const std::vector<std::string> parser = name_parts(object.attributes.text("parser"));
  if (parser.size() == 2) context.object({KindId::TextSearchParser, parser[0], parser[1], "", ""});
  for (const auto& [token, dictionaries] : mappings_of(&object)) {
    for (const std::string& dictionary : dictionaries) {
      const std::vector<std::string> parts = name_parts(dictionary);
      if (parts.size() == 2) context.object({KindId::TextSearchDictionary, parts[0], parts[1], "", ""});
    }
  }
}

// ---- to SQL -------------------------------------------------------------------------------------------------------------------------

void map_all(const ObjectId& id, const Sql& verb, const std::map<std::string, Dictionaries>& mappings, Action& action) {
  for (const auto& [tokens, dictionaries] : grouped(mappings)) {
    std::vector<Sql> names;
    for (const std::string& dictionary : dictionaries) names.push_back(fragment(dictionary));
    action.sql.push_back(sql("ALTER TEXT SEARCH CONFIGURATION {} {} MAPPING FOR {} WITH {}", address_qualified(id), verb, ident_list(tokens), join(names, ", ")));
  }
}

void create_configuration(const Object& object, const ChangeContext&, Action& action) {
  action.sql.push_back(sql("CREATE TEXT SEARCH CONFIGURATION {} (PARSER = {})", address_qualified(object.id), fragment(object.attributes.text("parser"))));
  map_all(object.id, sql("ADD"), mappings_of(&object), action);
  describe(action, fmt::format("Create {}", spoken(object.id)));
}

void alter_mappings(const Alteration& alteration, const ChangeContext&, Action& action) {
  const ObjectId& id = alteration.after.id;
  const std::map<std::string, Dictionaries> before = mappings_of(alteration.before);
  const std::map<std::string, Dictionaries> after = mappings_of(&alteration.after);
  std::vector<std::string> gone;
  std::map<std::string, Dictionaries> changed, added;
  for (const auto& [token, dictionaries] : before) {
    if (!after.contains(token)) gone.push_back(token);
  }
  for (const auto& [token, dictionaries] : after) {
    const auto was = before.find(token);
    if (was == before.end()) {
      added.emplace(token, dictionaries);
    } else if (was->second != dictionaries) {
      changed.emplace(token, dictionaries);
    }
  }
  if (!gone.empty()) action.sql.push_back(sql("ALTER TEXT SEARCH CONFIGURATION {} DROP MAPPING FOR {}", address_qualified(id), ident_list(gone)));
  map_all(id, sql("ALTER"), changed, action);
  map_all(id, sql("ADD"), added, action);
  describe(action, fmt::format("Change the mappings of {}", spoken(id)));
}

std::vector<std::string> configuration_slots(const Object& object) { return {"text search configuration " + address_qualified(object.id).text}; }

// ---- to .lp -------------------------------------------------------------------------------------------------------------------------

/// A dictionary of pg_catalog keeps its schema where the unqualified name would mean one of the program's.
void write_dictionary(const std::string& text, const Catalog& catalog, LpWriter& writer) {
  const std::vector<std::string> parts = name_parts(text);
  const bool is_hidden = parts.size() == 1 && (catalog.has({KindId::TextSearchDictionary, writer.schema, parts[0], "", ""}) ||
                                               catalog.has({KindId::TextSearchDictionary, "public", parts[0], "", ""}));
  if (is_hidden) {
    writer.name("pg_catalog", parts[0]);
    return;
  }
  // Left out, the schema is found again only when the catalog has the dictionary.
  const std::string current = writer.schema;
  if (parts.size() == 2 && !catalog.has({KindId::TextSearchDictionary, parts[0], parts[1], "", ""})) writer.schema.clear();
  writer.relation(text);
  writer.schema = current;
}

void print_configuration(const Object& object, const Catalog& catalog, LpWriter& writer) {
  writer.doc(object).word("text search configuration").name(object.id.schema, object.id.name).owner(object).comment_clause(object).open();
  const std::string& parser = object.attributes.text("parser");
  writer.word("parser =");
  if (parser == "\"default\"") {
    writer.word("default").line();
  } else {
    const std::string current = std::exchange(writer.schema, {});
    writer.relation(parser).line();
    writer.schema = current;
  }
  for (const auto& [tokens, dictionaries] : grouped(mappings_of(&object))) {
    writer.word("map");
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (i > 0) writer.word(",");
      writer.ident(tokens[i]);
    }
    writer.word("with");
    for (std::size_t i = 0; i < dictionaries.size(); ++i) {
      if (i > 0) writer.word(",");
      write_dictionary(dictionaries[i], catalog, writer);
    }
    writer.line();
  }
  writer.close();
}

constexpr AttributeRule kTextSearchConfigurationRules[] = {
    {.name = "parser", .content = Content::text},
    {.name = "mappings", .content = Content::map, .alter = alter_mappings},
    kOwnerRule,
    kCommentRule,
};

}  // namespace

constexpr Kind kTextSearchConfiguration = {
    .id = KindId::TextSearchConfiguration,
    .sql_name = "TEXT SEARCH CONFIGURATION",
    .declared_as = kTextSearchConfigurationDeclaredAs,
    .introspect = kTextSearchConfigurationQueries,
    .lower = lower_configuration,
    .normalise = nullptr,
    .edges = link_configuration,
    .create = create_configuration,
    .drop = drop_plain,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_qualified,
    .attributes = kTextSearchConfigurationRules,
    .print_lp = print_configuration,
    .slots = configuration_slots,
    .traits = {.found_in = "pg_ts_config where oid >= 16384"},
};
static_assert(is_complete(kTextSearchConfiguration));

}  // namespace lpc::kinds
