// Canonical JSON (RFC 8785: sorted keys, minimal form) and the hashes over it. Written straight to text: this is a hot path.
#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "base/text.h"
#include "catalog/catalog.h"
#include "catalog/spelling.h"

namespace lpc {

namespace {

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; break;
    case '\\': out += "\\\\"; break;
    case '\b': out += "\\b"; break;
    case '\f': out += "\\f"; break;
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default: out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  const auto is_plain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; };
  out += '"';
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && is_plain(text[end])) ++end;
    out.append(text.substr(begin, end - begin));
    if (end < text.size()) append_escaped(out, text[end]);
    begin = end + 1;
  }
  out += '"';
}

void append_json(std::string& out, const Value& value) {
  if (value.is_flag()) {
    out += value.flag() ? "true" : "false";
  } else if (value.is_number()) {
    out += std::to_string(value.number());
  } else if (value.is_text()) {
    append_json_string(out, value.text());
  } else if (value.is_list()) {
    out += '[';
    for (std::size_t i = 0; i < value.list().size(); ++i) {
      if (i) out += ',';
      append_json(out, value.list()[i]);
    }
    out += ']';
  } else {
    out += '{';
    bool first = true;
    for (const auto& [key, item] : value.map()) {
      if (!first) out += ',';
      first = false;
      append_json_string(out, key);
      out += ':';
      append_json(out, item);
    }
    out += '}';
  }
}

namespace {

/// Attributes whose names begin with `_` are notes that a server's answer carries for planning, not part of what the object is.
void append_attributes(std::string& out, const Object& object, bool with_notes, const std::vector<std::string>& left_out = {}) {
  out += "\"attributes\":{";
  bool first = true;
  for (const auto& [name, value] : object.attributes) {
    if (!with_notes && name.starts_with('_')) continue;
    if (std::find(left_out.begin(), left_out.end(), name) != left_out.end()) continue;
    if (!first) out += ',';
    first = false;
    append_json_string(out, name);
    out += ':';
    append_json(out, value);
  }
  out += '}';
}

void append_ids(std::string& out, std::string_view key, const std::vector<ObjectId>& ids) {
  if (ids.empty()) return;
  out += fmt::format(",\"{}\":[", key);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i) out += ',';
    append_json_string(out, ids[i].text());
  }
  out += ']';
}

}  // namespace

std::string object_hash(const Object& object) {
  std::string json = "{";
  // What not everyone may read can't count: a role that made it must find the hash that the plan foretold.
  const std::vector<std::string> hidden = object.attributes.texts("_private");
  append_attributes(json, object, false, hidden);
  if (json.find("::character varying") != std::string::npos) {    // the only texts that have several spellings
    Object alike = object;
    for (const auto& [name, value] : object.attributes) alike.attributes.set_always(name, in_one_spelling(value));
    json = "{";
    append_attributes(json, alike, false, hidden);
  }
  json += ",\"id\":";
  append_json_string(json, object.id.text());
  if (object.parent) {
    json += ",\"parent\":";
    append_json_string(json, object.parent->text());
  }
  json += '}';
  return "sha256:" + sha256_hex(json);
}

namespace {

void append_hash(std::string& out, const Object& object) {
  if (object.external) return;
  out += object.id.text();
  out += '\0';
  out += object_hash(object);
  out += '\n';
}

using Append = void (*)(std::string& out, const Object& object);

/// Appends the objects' texts, of both halves at the same time when there are many.
void append_all(std::string& out, const Catalog::Objects& objects, Append append) {
  constexpr std::size_t kWorthAThread = 8000;
  constexpr std::size_t kUsualText = 288;    // bytes an object; a text that grows by doubling touches twice the memory
  out.reserve(out.size() + objects.size() * kUsualText);
  const bool is_big = objects.size() >= kWorthAThread;
  const auto middle = objects.begin() + static_cast<std::ptrdiff_t>(is_big ? objects.size() / 2 : objects.size());
  auto second = std::async(is_big ? std::launch::async : std::launch::deferred, [&] {
    std::string text;
    text.reserve(static_cast<std::size_t>(objects.end() - middle) * kUsualText);
    std::for_each(middle, objects.end(), [&](const Object& object) { append(text, object); });
    return text;
  });
  std::for_each(objects.begin(), middle, [&](const Object& object) { append(out, object); });
  out += second.get();
}

void append_pretty(std::string& out, const Object& object) {
  out += "\n{\"id\":";
  append_json_string(out, object.id.text());
  if (object.parent) {
    out += ",\"parent\":";
    append_json_string(out, object.parent->text());
  }
  if (object.external) out += ",\"external\":true";
  if (object.external_partitions) out += ",\"external_partitions\":true";
  out += ',';
  append_attributes(out, object, false);
  append_ids(out, "depends_on", object.depends_on);
  append_ids(out, "mentions", object.mentions);
  out += "},";
}

/// With the keys in order, as RFC 8785 wants them.
void append_canonical(std::string& out, const Object& object) {
  out += '{';
  append_attributes(out, object, true);
  append_ids(out, "depends_on", object.depends_on);
  if (object.external) out += ",\"external\":true";
  if (object.external_partitions) out += ",\"external_partitions\":true";
  out += ",\"id\":";
  append_json_string(out, object.id.text());
  append_ids(out, "mentions", object.mentions);
  if (object.parent) {
    out += ",\"parent\":";
    append_json_string(out, object.parent->text());
  }
  out += "},";
}

}  // namespace

std::string catalog_hash(const Catalog& catalog) {
  std::string list;
  append_all(list, catalog.objects(), append_hash);
  return "sha256:" + sha256_hex(list);
}

std::string catalog_to_json(const Catalog& catalog, bool pretty) {
  std::string out = pretty ? "{\"version\":1,\"objects\":[" : "{\"objects\":[";
  append_all(out, catalog.objects(), pretty ? append_pretty : append_canonical);
  if (out.ends_with(',')) out.pop_back();
  out += pretty ? "\n]}\n" : "],\"version\":1}";
  return out;
}

}  // namespace lpc
