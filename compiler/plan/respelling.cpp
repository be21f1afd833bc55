#include "plan/respelling.h"

#include <algorithm>

#include "catalog/spelling.h"
#include "kinds/kind.h"
#include "kinds/mishaps.h"

namespace lpc::plan {

namespace {

/// Equal but for texts, at any depth.
bool have_one_shape(const Value& a, const Value& b) {
  if (a.is_text()) return b.is_text();
  if (a.is_list()) return b.is_list() && std::equal(a.list().begin(), a.list().end(), b.list().begin(), b.list().end(), have_one_shape);
  if (!a.is_map()) return a == b;
  const auto same_entry = [](const auto& x, const auto& y) { return x.first == y.first && have_one_shape(x.second, y.second); };
  return b.is_map() && std::equal(a.map().begin(), a.map().end(), b.map().begin(), b.map().end(), same_entry);
}

void collect_texts(const Value& value, std::vector<std::string_view>& texts) {
  if (value.is_text()) texts.push_back(value.text());
  for (const Value& item : value.list()) collect_texts(item, texts);
  for (const auto& [key, item] : value.map()) collect_texts(item, texts);
}

/// The texts in which values of one shape differ; of the first of them.
std::vector<std::string_view> differing_texts(const Value& value, const Value& other) {
  std::vector<std::string_view> mine, theirs, result;
  collect_texts(value, mine);
  collect_texts(other, theirs);
  for (std::size_t i = 0; i < mine.size(); ++i) {
    if (i >= theirs.size() || mine[i] != theirs[i]) result.push_back(mine[i]);
  }
  return result;
}

bool says(const Step& step, const std::vector<std::string_view>& texts) {
  return std::any_of(texts.begin(), texts.end(), [&](std::string_view text) {
    return !text.empty() && std::any_of(step.sql.begin(), step.sql.end(), [&](const std::string& statement) { return statement.find(text) != std::string::npos; });
  });
}

const ObjectId* before(const Survivors& survivors, const ObjectId& id) {
  const auto at = survivors.find(id);
  return at == survivors.end() ? nullptr : &at->second;
}

}  // namespace

bool is_about_sql(const Delta& delta, const AttributeDelta& attribute) {
  if (delta.type != DeltaType::changed || !attribute.before || !attribute.after) return false;
  const kinds::AttributeRule* rule = kinds::rule(kinds::kind(delta.after->id.kind), attribute.name);
  return rule && kinds::holds_sql(*rule) && have_one_shape(*attribute.before, *attribute.after);
}

std::vector<ObjectId> maybe_spelled_differently(const std::vector<Delta>& deltas) {
  std::vector<ObjectId> ids;
  for (const Delta& delta : deltas) {
    const auto differs = [&](const AttributeDelta& attribute) { return is_about_sql(delta, attribute); };
    if (std::any_of(delta.attributes.begin(), delta.attributes.end(), differs)) ids.push_back(delta.after->id);
  }
  return ids;
}

Catalog with_words(Catalog catalog, const std::vector<ObjectId>& ids, const Catalog& settled) {
  for (const ObjectId& id : ids) {
    Object* object = catalog.edit(id);
    const Object* other = settled.find(id);
    if (!object || !other) continue;
    for (const kinds::AttributeRule& rule : kinds::kind(id.kind).attributes) {
      const Value* words = kinds::holds_sql(rule) && object->attributes.has(rule.name) ? other->attributes.find(rule.name) : nullptr;
      if (words) object->attributes.set(rule.name, *words);
    }
  }
  return catalog;
}

std::optional<Respelling> Respelling::between(const Catalog& live, const Catalog& copy, const Scope& scope) {
  Respelling result;
  for (const Delta& delta : diff(live, copy)) {
    const bool counts = scope.covers(delta.before ? *delta.before : *delta.after);
    if (delta.type != DeltaType::changed && counts) return std::nullopt;
    for (const AttributeDelta& attribute : delta.attributes) {
      const std::string_view mended_by = attribute.after ? "" : kinds::mended_by(delta.before->id.kind, attribute.name);
      if (is_about_sql(delta, attribute)) {
        result.changes_[delta.after->id].push_back({attribute.name, *attribute.before, *attribute.after, ""});
      } else if (!mended_by.empty()) {
        result.changes_[delta.after->id].push_back({attribute.name, *attribute.before, {}, mended_by});
      } else if (counts) {
        return std::nullopt;
      }
    }
  }
  return result;
}

Catalog Respelling::with_mishaps(const Catalog& copy) const {
  return changed(copy, [](Object& object, const Change& change) { object.attributes.set(change.attribute, change.live); });
}

Catalog Respelling::without_mishaps(const Catalog& copy) const {
  return changed(copy, [](Object& object, const Change& change) { object.attributes.remove(change.attribute); });
}

/// `copy` with what befell each object put in its place by `put`.
template <class Put>
Catalog Respelling::changed(Catalog copy, Put put) const {
  for (const auto& [id, changes] : changes_) {
    Object* object = copy.edit(id);
    for (const Change& change : changes) {
      if (object && !change.mended_by.empty()) put(*object, change);
    }
  }
  return copy;
}

Catalog Respelling::with_stale_texts(Catalog renamed, const Survivors& survivors) const {
  for (const Object& each : renamed.objects()) {
    const ObjectId* id = before(survivors, each.id);
    const auto at = id ? changes_.find(*id) : changes_.end();
    if (at == changes_.end()) continue;
    Object* object = renamed.edit(each.id);
    for (const Change& change : at->second) {
      const Value* text = object->attributes.find(change.attribute);
      if (!change.mended_by.empty()) {
        object->attributes.set(change.attribute, change.live);
      } else if (text && *text != change.copy) {
        object->attributes.set(change.attribute, change.copy);
      }
    }
  }
  return renamed;
}

Respelling::Attributes Respelling::said_again(const std::vector<Step>& steps, const Catalog& reached, const Survivors& survivors) const {
  Attributes result;
  for (const auto& [now, id] : survivors) {
    const auto at = changes_.find(id);
    const Object* object = at == changes_.end() ? nullptr : reached.find(now);
    if (!object) continue;
    for (const Change& change : at->second) {
      const Value* text = object->attributes.find(change.attribute);
      if (!text && change.mended_by.empty()) continue;
      std::vector<std::string_view> words = differing_texts(change.live, change.copy);
      if (!change.mended_by.empty()) words.push_back(change.mended_by);
      for (const std::string_view word : differing_texts(change.copy, change.live)) words.push_back(word);
      if (text) {
        for (const std::string_view word : differing_texts(*text, change.live)) words.push_back(word);
      }
      const auto names = [&](const Step& step) {
        return std::find(step.objects.begin(), step.objects.end(), now.text()) != step.objects.end() ||
               std::find(step.objects.begin(), step.objects.end(), id.text()) != step.objects.end();
      };
      if (std::any_of(steps.begin(), steps.end(), [&](const Step& step) { return names(step) && says(step, words); })) result.emplace(id, change.attribute);
    }
  }
  return result;
}

Catalog Respelling::as_live(Catalog reached, const Survivors& survivors, const Attributes& said_again) const {
  for (const Object& each : reached.objects()) {
    const ObjectId* id = before(survivors, each.id);
    const auto at = id ? changes_.find(*id) : changes_.end();
    if (at == changes_.end()) continue;
    Object* object = reached.edit(each.id);
    for (const Change& change : at->second) {
      const Value* text = object->attributes.find(change.attribute);
      const bool is_as_it_was = change.mended_by.empty() ? text && *text == change.copy : !text;
      if (is_as_it_was && !said_again.contains({*id, change.attribute})) object->attributes.set(change.attribute, change.live);
    }
  }
  return reached;
}

std::vector<ObjectId> Respelling::reworded(const Catalog& now) const {
  std::vector<ObjectId> ids;
  for (const auto& [id, changes] : changes_) {
    const Object* object = now.find(id);
    const auto differs = [&](const Change& change) {
      const Value* text = object->attributes.find(change.attribute);
      return change.mended_by.empty() && text && *text != change.live;
    };
    if (object && std::any_of(changes.begin(), changes.end(), differs)) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace lpc::plan
