// Type names as format_type() spells them. A hand-written reader of the small grammar of type names: it runs for every column, and the
// forms are fixed by https://www.postgresql.org/docs/15/datatype.html.
#include <algorithm>
#include <array>
#include <charconv>

#include "base/sql.h"
#include "base/text.h"
#include "frontend/sql_fragment.h"
#include "frontend/sql_fragment_scan.h"

namespace lpc::frontend {
namespace {

/// pg_type of servers 13 to 18 in pg_catalog: base types, ranges, multiranges and pseudo-types, without arrays and row types. Sorted.
constexpr auto kCatalogTypes = std::to_array<std::string_view>({
    "aclitem", "any", "anyarray", "anycompatible", "anycompatiblearray", "anycompatiblemultirange", "anycompatiblenonarray",
    "anycompatiblerange", "anyelement", "anyenum", "anymultirange", "anynonarray", "anyrange", "bit", "bool", "box", "bpchar", "bytea", "char",
    "cid", "cidr", "circle", "cstring", "date", "datemultirange", "daterange", "event_trigger", "fdw_handler", "float4", "float8", "gtsvector",
    "index_am_handler", "inet", "int2", "int2vector", "int4", "int4multirange", "int4range", "int8", "int8multirange", "int8range",
    "internal", "interval", "json", "jsonb", "jsonpath", "language_handler", "line", "lseg", "macaddr", "macaddr8", "money", "name",
    "numeric", "nummultirange", "numrange", "oid", "oidvector", "path", "pg_brin_bloom_summary", "pg_brin_minmax_multi_summary",
    "pg_ddl_command", "pg_dependencies", "pg_lsn", "pg_mcv_list", "pg_ndistinct", "pg_node_tree", "pg_snapshot", "point", "polygon",
    "record", "refcursor", "regclass", "regcollation", "regconfig", "regdictionary", "regnamespace", "regoper", "regoperator", "regproc",
    "regprocedure", "regrole", "regtype", "table_am_handler", "text", "tid", "time", "timestamp", "timestamptz", "timetz", "trigger",
    "tsm_handler", "tsmultirange", "tsquery", "tsrange", "tstzmultirange", "tstzrange", "tsvector", "txid_snapshot", "unknown", "uuid",
    "varbit", "varchar", "void", "xid", "xid8", "xml",
});

/// Not types of their own: CREATE TABLE turns them into a column with a sequence.
constexpr auto kSerials = std::to_array<std::string_view>({"bigserial", "serial", "serial2", "serial4", "serial8", "smallserial"});

struct Alias {
  std::string_view word;
  std::string_view type;
};
/// Keywords that are other words for a type and take no part of their own grammar.
constexpr auto kPlainKeywords = std::to_array<Alias>({{"int", "int4"}, {"integer", "int4"}, {"smallint", "int2"}, {"bigint", "int8"},
                                                      {"real", "float4"}, {"boolean", "bool"}, {"decimal", "numeric"}, {"dec", "numeric"},
                                                      {"numeric", "numeric"}, {"varchar", "varchar"}});
/// How format_type() spells what the SQL standard names otherwise; times, bit, bpchar and interval have rules of their own.
constexpr auto kSpellings = std::to_array<Alias>({{"int4", "integer"}, {"int2", "smallint"}, {"int8", "bigint"}, {"float4", "real"},
                                                  {"float8", "double precision"}, {"bool", "boolean"}, {"varchar", "character varying"},
                                                  {"varbit", "bit varying"}, {"char", "\"char\""}, {"any", "\"any\""}});

bool is_catalog_type(std::string_view name) { return std::binary_search(kCatalogTypes.begin(), kCatalogTypes.end(), name); }

template <std::size_t N>
std::string_view look_up(const std::array<Alias, N>& table, std::string_view word) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Alias& alias) { return alias.word == word; });
  return found == table.end() ? std::string_view() : found->type;
}

struct ParsedType {
  std::string catalog_type;             ///< the name in pg_type when it is one of pg_catalog's
  std::vector<std::string> parts;       ///< the name otherwise
  std::vector<std::string> modifiers;
  std::string fields;                   ///< of an interval: "day to second"
  bool serial = false;
  bool array = false;
  bool setof = false;
  bool copied = false;                  ///< table.column%TYPE
};

class TypeReader {
 public:
  explicit TypeReader(std::string_view text) : pieces_(pieces_of(text)) {}

  /// Nothing when the text isn't a type name.
  std::optional<ParsedType> read() {
    type_.setof = take_word("setof");
    if (at_end()) return std::nullopt;
    const std::size_t start = next_;
    if (!read_keyword_type() && (next_ != start || !read_named_type())) return std::nullopt;
    if (!read_arrays() || !at_end()) return std::nullopt;
    return std::move(type_);
  }

 private:
  bool at_end() const { return next_ == pieces_.size(); }
  bool sees_symbol(char c, std::size_t ahead = 0) const { return next_ + ahead < pieces_.size() && pieces_[next_ + ahead].is_symbol(c); }
  bool sees_word(std::string_view word, std::size_t ahead = 0) const { return next_ + ahead < pieces_.size() && pieces_[next_ + ahead].is_word(word); }
  bool take_symbol(char c) { return sees_symbol(c) && ++next_ != 0; }
  bool take_word(std::string_view word) { return sees_word(word) && ++next_ != 0; }
  bool become(std::string_view catalog_type) {
    type_.catalog_type = catalog_type;
    return true;
  }

  /// The type names that the grammar knows by keyword: gram.y, SimpleTypename without GenericType.
  bool read_keyword_type() {
    if (pieces_[next_].kind != LexemeKind::word || sees_symbol('.', 1) || sees_symbol('%', 1)) return false;
    const std::string word = to_lower_ascii(pieces_[next_].text);
    if (const std::string_view type = look_up(kPlainKeywords, word); !type.empty()) {
      ++next_;
      return become(type) && read_modifiers();
    }
    if (word == "double" && sees_word("precision", 1)) {
      next_ += 2;
      return become("float8");
    }
    if (word == "float") return read_float();
    if (word == "bit") return read_bit();
    if (word == "char" || word == "character" || word == "nchar" || word == "national") return read_character();
    if (word == "time" || word == "timestamp") return read_time(word);
    if (word == "interval") return read_interval();
    return false;
  }

  bool read_float() {
    ++next_;
    if (!read_modifiers() || type_.modifiers.size() > 1) return false;
    int bits = 53;
    if (!type_.modifiers.empty()) std::from_chars(type_.modifiers[0].data(), type_.modifiers[0].data() + type_.modifiers[0].size(), bits);
    type_.modifiers.clear();
    return become(bits <= 24 ? "float4" : "float8");
  }

  bool read_bit() {
    ++next_;
    const bool varying = take_word("varying");
    if (!read_modifiers()) return false;
    if (!varying && type_.modifiers.empty()) type_.modifiers = {"1"};
    return become(varying ? "varbit" : "bit");
  }

  bool read_character() {
    if (take_word("national") && !sees_word("char") && !sees_word("character")) return false;
    ++next_;
    const bool varying = take_word("varying");
    if (!read_modifiers()) return false;
    if (!varying && type_.modifiers.empty()) type_.modifiers = {"1"};
    return become(varying ? "varchar" : "bpchar");
  }

  bool read_time(const std::string& word) {
    ++next_;
    if (!read_modifiers()) return false;
    const bool zone = sees_word("with");
    if (zone || sees_word("without")) {
      if (!sees_word("time", 1) || !sees_word("zone", 2)) return false;
      next_ += 3;
    }
    return become(word + (zone ? "tz" : ""));
  }

  bool read_interval() {
    ++next_;
    constexpr auto kFields = std::to_array<std::string_view>({"year", "month", "day", "hour", "minute", "second"});
    const auto take_field = [&] {
      for (const std::string_view field : kFields) {
        if (!take_word(field)) continue;
        type_.fields += field;
        return true;
      }
      return false;
    };
    if (take_field() && take_word("to")) {
      type_.fields += " to ";
      if (!take_field()) return false;
    }
    return read_modifiers() && become("interval");
  }

  bool read_named_type() {
    for (;;) {
      const Piece& piece = pieces_[next_];
      const bool quoted = piece.kind == LexemeKind::quoted_name && piece.text.front() == '"' && piece.text.size() > 2 && piece.text.back() == '"';
      if (!quoted && piece.kind != LexemeKind::word) return false;
      type_.parts.push_back(identifier_of(piece));
      type_.serial = type_.parts.size() == 1 && !quoted && std::find(kSerials.begin(), kSerials.end(), type_.parts[0]) != kSerials.end();
      ++next_;
      if (!take_symbol('.')) break;
      if (at_end()) return false;
    }
    if (sees_symbol('%') && sees_word("type", 1)) {
      next_ += 2;
      type_.copied = true;
      return true;
    }
    recognise_catalog_type();
    return read_modifiers();
  }

  void recognise_catalog_type() {
    const std::vector<std::string>& parts = type_.parts;
    const bool in_catalog = parts.size() == 1 || (parts.size() == 2 && parts[0] == "pg_catalog");
    if (!in_catalog) return;
    std::string_view name = parts.back();
    // An array type's own name is its element's with an underscore; format_type() shows the element.
    const bool array = name.starts_with('_') && is_catalog_type(name.substr(1));
    if (array) name.remove_prefix(1);
    if (!is_catalog_type(name)) return;
    type_.array = array;
    type_.catalog_type = name;
    type_.parts.clear();
  }

  /// `( 10 , -2 )`: blanks go, and leading zeros of whole numbers.
  bool read_modifiers() {
    if (!take_symbol('(')) return true;
    std::string modifier;
    for (; !at_end(); ++next_) {
      const Piece& piece = pieces_[next_];
      if (piece.is_symbol('(')) return false;
      if (piece.is_symbol(',') || piece.is_symbol(')')) {
        if (modifier.empty()) return false;
        type_.modifiers.push_back(std::exchange(modifier, {}));
        if (!piece.is_symbol(')')) continue;
        ++next_;
        return true;
      }
      std::string_view text = piece.text;
      if (piece.kind == LexemeKind::number) text.remove_prefix(std::min(text.find_first_not_of('0'), text.size() - 1));
      modifier += text;
    }
    return false;
  }

  /// `[]`, `[3][4]`, `array`, `array[4]`: Postgres keeps neither the bounds nor the number of dimensions.
  bool read_arrays() {
    if (take_word("array")) {
      type_.array = true;
      return !take_symbol('[') || (++next_ < pieces_.size() && take_symbol(']'));
    }
    while (take_symbol('[')) {
      if (!at_end() && pieces_[next_].kind == LexemeKind::number) ++next_;
      if (!take_symbol(']')) return false;
      type_.array = true;
    }
    return true;
  }

  std::vector<Piece> pieces_;
  std::size_t next_ = 0;
  ParsedType type_;
};

std::string in_parentheses(const std::vector<std::string>& modifiers) {
  return modifiers.empty() ? std::string() : "(" + join(modifiers, ",") + ")";
}

/// Seconds have six places at most; Postgres cuts more down with a warning.
std::vector<std::string> seconds_precision(std::vector<std::string> modifiers) {
  if (modifiers.size() == 1 && (modifiers[0].size() > 1 || modifiers[0] > "6")) modifiers[0] = "6";
  return modifiers;
}

/// format_type() in src/backend/utils/adt/format_type.c. `declared` says that the type stands where modifiers count (a column, a cast):
/// then bpchar and bit without a length differ from `character` and `bit`, which mean a length of 1.
std::string spell_catalog_type(const ParsedType& type, bool declared) {
  const std::string& name = type.catalog_type;
  const std::string modifiers = in_parentheses(type.modifiers);
  if (name == "numeric") return type.modifiers.size() == 1 ? "numeric(" + type.modifiers[0] + ",0)" : name + modifiers;
  if (name == "bpchar") return declared && modifiers.empty() ? name : "character" + modifiers;
  if (name == "bit") return declared && modifiers.empty() ? "\"bit\"" : name + modifiers;
  if (name == "interval") return name + (type.fields.empty() ? "" : " " + type.fields) + in_parentheses(seconds_precision(type.modifiers));
  if (name == "time" || name == "timestamp") return name + in_parentheses(seconds_precision(type.modifiers)) + " without time zone";
  if (name == "timetz" || name == "timestamptz") {
    return name.substr(0, name.size() - 2) + in_parentheses(seconds_precision(type.modifiers)) + " with time zone";
  }
  const std::string_view spelling = look_up(kSpellings, name);
  return (spelling.empty() ? name : std::string(spelling)) + modifiers;
}

std::string spell(const ParsedType& type, bool declared) {
  std::string text = type.setof ? "SETOF " : "";
  if (!type.catalog_type.empty()) {
    text += spell_catalog_type(type, declared);
  } else {
    for (std::size_t i = 0; i < type.parts.size(); ++i) text += (i > 0 ? "." : "") + ident(type.parts[i]).text;
    text += in_parentheses(type.modifiers);
  }
  if (type.copied) text += "%TYPE";
  return type.array ? text + "[]" : text;
}

}  // namespace

std::string normalise_type(std::string_view type) {
  const std::optional<ParsedType> parsed = TypeReader(type).read();
  return parsed ? spell(*parsed, true) : std::string(trim(type));
}

std::string argument_type(std::string_view type) {
  std::optional<ParsedType> parsed = TypeReader(type).read();
  if (!parsed) return std::string(trim(type));
  parsed->modifiers.clear();
  parsed->fields.clear();
  return spell(*parsed, false);
}

SqlName type_name(std::string_view type) {
  std::optional<ParsedType> parsed = TypeReader(type).read();
  if (!parsed || parsed->serial || parsed->copied) return {};
  return {std::move(parsed->parts), 0};
}

bool is_builtin_type(std::string_view name) {
  const std::optional<ParsedType> parsed = TypeReader(name).read();
  return parsed && (parsed->serial || !parsed->catalog_type.empty());
}

}  // namespace lpc::frontend
