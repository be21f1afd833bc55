#include "catalog/object.h"

#include <algorithm>

namespace lpc {

namespace {

auto position(auto& entries, std::string_view name) {
  return std::lower_bound(entries.begin(), entries.end(), name, [](const auto& entry, std::string_view n) { return entry.first < n; });
}

const Value kNothing;

}  // namespace

void Attributes::set(std::string_view name, Value value) {
  if (value.is_default()) {
    remove(name);
  } else {
    set_always(name, std::move(value));
  }
}

void Attributes::set_always(std::string_view name, Value value) {
  Entries& entries = own_entries();
  const auto at = position(entries, name);
  if (at != entries.end() && at->first == name) {
    at->second = std::move(value);
  } else if (entries.empty()) {
    entries.reserve(2);    // the usual number
    entries.emplace_back(name, std::move(value));
  } else {
    entries.emplace(at, name, std::move(value));
  }
}

void Attributes::remove(std::string_view name) {
  if (!has(name)) return;
  Entries& entries = own_entries();
  entries.erase(position(entries, name));
}

const Value* Attributes::find(std::string_view name) const {
  for (const Entry& entry : entries()) {    // few; and mostly the very same static string
    if (entry.first.size() == name.size() && (entry.first.data() == name.data() || entry.first == name)) return &entry.second;
  }
  return nullptr;
}

Attributes::Entries& Attributes::own_entries() {
  if (!entries_) {
    entries_ = std::make_shared<Entries>();
  } else if (entries_.use_count() > 1) {
    entries_ = std::make_shared<Entries>(*entries_);
  }
  return *entries_;
}

const Attributes::Entries& Attributes::none() {
  static const Entries nothing;
  return nothing;
}

bool Attributes::flag(std::string_view name) const {
  const Value* value = find(name);
  return value && value->flag();
}

std::int64_t Attributes::number(std::string_view name, std::int64_t otherwise) const {
  const Value* value = find(name);
  return value && value->is_number() ? value->number() : otherwise;
}

const std::string& Attributes::text(std::string_view name) const {
  const Value* value = find(name);
  return value ? value->text() : kNothing.text();
}

std::vector<std::string> Attributes::texts(std::string_view name) const {
  const Value* value = find(name);
  return value ? value->texts() : std::vector<std::string>();
}

}  // namespace lpc
