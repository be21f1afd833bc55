// What the shadow's refusal of a statement means for whoever wrote the sources: which declaration, and which word of it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "shadow/builder.h"

namespace lpc::shadow {

namespace {

// ---- extensions --------------------------------------------------------------------------------------------------------------

struct PackageName {
  std::string_view extension;
  std::string_view package;    // {} is the server's major version
};

// Debian's names. https://www.postgresql.org/docs/15/contrib.html lists those that come with the server.
constexpr auto kPackages = std::to_array<PackageName>({
    {"address_standardizer", "postgresql-{}-postgis-3"}, {"age", "postgresql-{}-age"}, {"h3", "postgresql-{}-h3"}, {"hll", "postgresql-{}-hll"},
    {"hypopg", "postgresql-{}-hypopg"}, {"ip4r", "postgresql-{}-ip4r"}, {"mobilitydb", "postgresql-{}-mobilitydb"}, {"mysql_fdw", "postgresql-{}-mysql-fdw"},
    {"ogr_fdw", "postgresql-{}-ogr-fdw"}, {"orafce", "postgresql-{}-orafce"}, {"pg_cron", "postgresql-{}-cron"}, {"pg_hint_plan", "postgresql-{}-pg-hint-plan"},
    {"pg_partman", "postgresql-{}-partman"}, {"pg_qualstats", "postgresql-{}-pg-qualstats"}, {"pg_repack", "postgresql-{}-repack"},
    {"pg_similarity", "postgresql-{}-similarity"}, {"pgaudit", "postgresql-{}-pgaudit"}, {"pglogical", "postgresql-{}-pglogical"},
    {"pgrouting", "postgresql-{}-pgrouting"}, {"pgtap", "postgresql-{}-pgtap"}, {"plperl", "postgresql-plperl-{}"}, {"plperlu", "postgresql-plperl-{}"},
    {"plpgsql_check", "postgresql-{}-plpgsql-check"}, {"plpython3u", "postgresql-plpython3-{}"}, {"plr", "postgresql-{}-plr"},
    {"pltcl", "postgresql-pltcl-{}"}, {"pltclu", "postgresql-pltcl-{}"}, {"postgis", "postgresql-{}-postgis-3"}, {"postgis_raster", "postgresql-{}-postgis-3"},
    {"postgis_sfcgal", "postgresql-{}-postgis-3"}, {"postgis_tiger_geocoder", "postgresql-{}-postgis-3"}, {"postgis_topology", "postgresql-{}-postgis-3"},
    {"prefix", "postgresql-{}-prefix"}, {"rum", "postgresql-{}-rum"}, {"semver", "postgresql-{}-semver"}, {"tds_fdw", "postgresql-{}-tds-fdw"},
    {"timescaledb", "timescaledb-2-postgresql-{}"}, {"unit", "postgresql-{}-unit"}, {"vector", "postgresql-{}-pgvector"}, {"wal2json", "postgresql-{}-wal2json"},
});

constexpr auto kContrib = std::to_array<std::string_view>({
    "adminpack", "amcheck", "autoinc", "bloom", "btree_gin", "btree_gist", "citext", "cube", "dblink", "dict_int", "dict_xsyn", "earthdistance", "file_fdw",
    "fuzzystrmatch", "hstore", "insert_username", "intagg", "intarray", "isn", "lo", "ltree", "moddatetime", "old_snapshot", "pageinspect", "pg_buffercache",
    "pg_freespacemap", "pg_prewarm", "pg_stat_statements", "pg_surgery", "pg_trgm", "pg_visibility", "pg_walinspect", "pgcrypto", "pgrowlocks", "pgstattuple",
    "postgres_fdw", "refint", "seg", "sslinfo", "tablefunc", "tcn", "tsm_system_rows", "tsm_system_time", "unaccent", "uuid-ossp", "xml2",
});

std::string package_of(std::string_view extension, int server_version) {
  const auto known = std::find_if(kPackages.begin(), kPackages.end(), [&](const PackageName& entry) { return entry.extension == extension; });
  if (known != kPackages.end()) return fmt::format("package `{}`", fmt::format(fmt::runtime(known->package), server_version / 10000));
  if (std::find(kContrib.begin(), kContrib.end(), extension) != kContrib.end()) return "package `postgresql-contrib`";
  return "the package that brings it, or correct the name";
}

/// The extension that the server has no files of. Up to 14 the message is about the control file, from 15 on about the extension.
std::optional<std::string> missing_extension(const pg::ServerError& error) {
  constexpr std::string_view kControl = ".control\"";
  if (const std::size_t end = error.message.find(kControl); error.sqlstate == "58P01" && end != std::string::npos) {
    const std::size_t slash = error.message.rfind('/', end);
    if (slash != std::string::npos) return error.message.substr(slash + 1, end - slash - 1);
  }
  constexpr std::string_view kBefore = "extension \"";
  constexpr std::string_view kAfter = "\" is not available";
  const std::size_t begin = error.message.find(kBefore);
  const std::size_t end = error.message.find(kAfter);
  if (error.sqlstate != "0A000" || begin == std::string::npos || end == std::string::npos) return std::nullopt;
  return error.message.substr(begin + kBefore.size(), end - begin - kBefore.size());
}

// ---- places --------------------------------------------------------------------------------------------------------------------

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' || (static_cast<unsigned char>(c) & 0x80) != 0;
}

/// The length of the word, quoted name or sign that begins at `at`; a qualified name counts as one.
std::size_t token_length(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size()) {
    if (text[end] == '"') {
      const std::size_t close = text.find('"', end + 1);
      if (close == std::string_view::npos) break;
      end = close + 1;
    } else if (is_word_byte(text[end])) {
      while (end < text.size() && is_word_byte(text[end])) ++end;
    } else {
      break;
    }
    if (end + 1 >= text.size() || text[end] != '.' || !(is_word_byte(text[end + 1]) || text[end + 1] == '"')) break;
    ++end;
  }
  return std::max<std::size_t>(end - at, 1);
}

void collect_texts(const Value& value, std::vector<std::string_view>& texts) {
  if (value.is_text() && !value.text().empty()) texts.push_back(value.text());
  for (const Value& item : value.list()) collect_texts(item, texts);
  for (const auto& [key, item] : value.map()) collect_texts(item, texts);
}

const Object* with_origin(const Catalog& catalog, const ObjectId& id) {
  const Object* object = catalog.find(id);
  while (object && object->origin.is_nowhere()) object = object->parent ? catalog.find(*object->parent) : nullptr;
  return object;
}

bool is_within(const Object* object, const Object& outer, const Catalog& catalog) {
  while (object && object->id != outer.id) object = object->parent ? catalog.find(*object->parent) : nullptr;
  return object != nullptr;
}

/// The text of an object's declaration: from its place to that of the next one that isn't part of it.
Span declaration(const Object& object, const Catalog& catalog, const SourceMap& sources) {
  Span span = object.origin;
  span.end = static_cast<std::uint32_t>(sources.at(span.file).text().size());
  for (const Object& other : catalog.objects()) {
    const Span& place = other.origin;
    if (place.file == span.file && place.begin > span.begin && place.begin < span.end && !is_within(&other, object, catalog)) span.end = place.begin;
  }
  return span;
}

/// The place of byte `at` of `statement` in the declaration of one of the objects: in the longest of its texts that holds the place and stands in the source word for word.
std::optional<Span> place_in_source(std::string_view statement, std::size_t at, const std::vector<const Object*>& objects, const Catalog& catalog,
                                    const SourceMap& sources) {
  std::optional<Span> best;
  std::size_t best_length = 0;
  const std::size_t length = token_length(statement, at);
  for (const Object* object : objects) {
    if (object->origin.is_nowhere()) continue;
    const std::string_view source = sources.text(declaration(*object, catalog, sources));
    std::vector<std::string_view> texts;
    for (const auto& entry : object->attributes) collect_texts(entry.second, texts);
    for (const std::string_view text : texts) {
      if (text.size() <= best_length) continue;
      const std::size_t in_source = source.find(text);
      if (in_source == std::string_view::npos) continue;
      for (std::size_t found = statement.find(text); found != std::string_view::npos && found <= at; found = statement.find(text, found + 1)) {
        if (at >= found + text.size()) continue;
        const auto begin = static_cast<std::uint32_t>(object->origin.begin + in_source + (at - found));
        best = Span{object->origin.file, begin, begin + static_cast<std::uint32_t>(std::min(length, found + text.size() - at))};
        best_length = text.size();
      }
    }
  }
  if (best) return best;
  // No text of an attribute: the word itself, when the declaration has it just once.
  const std::string_view token = statement.substr(at, length);
  for (const Object* object : objects) {
    if (object->origin.is_nowhere() || token.size() < 2) continue;
    const std::string_view source = sources.text(declaration(*object, catalog, sources));
    const std::size_t found = source.find(token);
    if (found == std::string_view::npos || source.find(token, found + 1) != std::string_view::npos) continue;
    const auto begin = static_cast<std::uint32_t>(object->origin.begin + found);
    return Span{object->origin.file, begin, begin + static_cast<std::uint32_t>(token.size())};
  }
  return std::nullopt;
}

}  // namespace

diag::Diagnostic rejection(const pg::ServerError& error, const Action* action, const Catalog& catalog, const SourceMap* sources, int server_version) {
  std::vector<const Object*> objects;
  if (action) {
    if (const Object* object = with_origin(catalog, action->object)) objects.push_back(object);
    for (const ObjectId& id : action->covers) {
      if (const Object* object = catalog.find(id)) objects.push_back(object);
    }
  }
  Span span = objects.empty() ? Span{} : objects.front()->origin;
  if (const auto extension = missing_extension(error)) {
    return diag::make(diag::Code::kMissingExtension, span, *extension, package_of(*extension, server_version));
  }
  const std::size_t at = error.position > 0 ? offset_of_character(error.sql, static_cast<std::size_t>(error.position) - 1) : error.sql.size();
  const auto place = at < error.sql.size() && sources ? place_in_source(error.sql, at, objects, catalog, *sources) : std::nullopt;
  if (place) span = *place;
  diag::Diagnostic diagnostic =
      diag::make(diag::Code::kShadowRejected, span, action ? fmt::format("`{}`", action->object.text()) : std::string("a statement"), error.message);
  if (!error.detail.empty()) diagnostic.notes.push_back({error.detail, {}});
  if (!error.hint.empty()) diagnostic.notes.push_back({"hint: " + error.hint, {}});
  if (action && !place) {
    const std::string lines = error.position > 0 ? pg::caret_lines(error.sql, error.position) : error.sql.substr(0, 500);
    diagnostic.notes.push_back({"the statement was:\n" + lines, {}});
  }
  if (!error.context.empty()) diagnostic.notes.push_back({error.context, {}});
  if (pg::is_insufficient_privilege(error.sqlstate)) {
    diagnostic.notes.push_back({"the shadow's user lacks this right; name a superuser in `--shadow-url`, or leave it out to use the embedded server", {}});
  }
  return diagnostic;
}

}  // namespace lpc::shadow
