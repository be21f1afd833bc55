#include "catalog/object_id.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/sql.h"

namespace lpc {

namespace {

constexpr std::array<std::string_view, kKindCount> kNames{
#define KIND(enumerator, constant, name) name,
#include "kinds/kinds.def"
#undef KIND
};

/// Reads one possibly quoted name from the front of `text`; false when there is none.
bool take_name(std::string_view& text, std::string& name) {
  name.clear();
  if (text.empty()) return false;
  if (text.front() != '"') {
    std::size_t end = 0;
    while (end < text.size() && text[end] != '.' && text[end] != '(' && text[end] != ' ') ++end;
    name = text.substr(0, end);
    text.remove_prefix(end);
    return !name.empty();
  }
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] != '"') {
      name += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == '"') {
      name += '"';
      ++i;
    } else {
      text.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

/// An empty part is printed as `*`, so that a path can be read back.
void append_part(std::string& out, const std::string& part) {
  if (part.empty()) {
    out += '*';
  } else {
    out += ident(part).text;
  }
}

void append_path(std::string& out, const ObjectId& id) {
  if (!id.schema.empty() || !id.member.empty()) {
    append_part(out, id.schema);
    out += '.';
  }
  append_part(out, id.name);
  if (!id.member.empty()) {
    out += '.';
    append_part(out, id.member);
  }
  const bool routine = id.kind == KindId::Function || id.kind == KindId::Procedure || id.kind == KindId::Aggregate;
  if (!routine && id.arguments.empty()) return;
  out += '(';
  out += id.arguments;
  out += ')';
}

}  // namespace

std::string_view kind_name(KindId kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::optional<KindId> kind_by_name(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<KindId>(i);
  }
  return std::nullopt;
}

std::string ObjectId::path() const {
  std::string out;
  append_path(out, *this);
  return out;
}

std::string ObjectId::text() const {
  std::string out;
  out.reserve(64);
  out += kind_name(kind);
  out += ' ';
  append_path(out, *this);
  return out;
}

std::optional<ObjectId> ObjectId::parse(std::string_view text) {
  std::size_t best = 0;
  ObjectId id;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const std::string_view name = kNames[i];
    if (text.size() > name.size() && text.starts_with(name) && text[name.size()] == ' ' && name.size() > best) {
      best = name.size();
      id.kind = static_cast<KindId>(i);
    }
  }
  if (best == 0) return std::nullopt;
  text.remove_prefix(best + 1);
  std::vector<std::string> parts;
  std::string part;
  while (true) {
    const bool quoted = text.starts_with('"');
    if (!take_name(text, part)) return std::nullopt;
    parts.push_back(!quoted && part == "*" ? std::string() : part);
    if (!text.starts_with('.')) break;
    text.remove_prefix(1);
  }
  if (text.starts_with('(') && text.ends_with(')')) {
    id.arguments = text.substr(1, text.size() - 2);
    text = {};
  }
  if (!text.empty() || parts.size() > 3) return std::nullopt;
  if (parts.size() == 1) {
    id.name = parts[0];
  } else {
    id.schema = parts[0];
    id.name = parts[1];
    if (parts.size() == 3) id.member = parts[2];
  }
  return id;
}

bool operator<(const ObjectId& a, const ObjectId& b) {
  if (a.kind != b.kind) return kind_name(a.kind) < kind_name(b.kind);
  if (const auto order = a.schema <=> b.schema; order != 0) return order < 0;
  if (const auto order = a.name <=> b.name; order != 0) return order < 0;
  if (const auto order = a.member <=> b.member; order != 0) return order < 0;
  return a.arguments < b.arguments;
}

void add_sorted(std::vector<ObjectId>& list, const ObjectId& id) {
  const auto at = std::lower_bound(list.begin(), list.end(), id);
  if (at == list.end() || !(*at == id)) list.insert(at, id);
}

std::size_t ObjectIdHash::operator()(const ObjectId& id) const {
  std::size_t seed = static_cast<std::size_t>(id.kind);
  for (const Name* part : {&id.schema, &id.name, &id.member, &id.arguments}) {
    seed ^= part->hash() + 0x9e3779b97f4a7c15ULL + (seed << 6) + (seed >> 2);
  }
  return seed;
}

}  // namespace lpc
