#include "shadow/differences.h"

#include <fmt/format.h>

#include <algorithm>

#include "plan/diff.h"

namespace lpc::shadow {

namespace {

bool is_within_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::string text_of(const Value* value) {
  if (!value || value->is_text()) return value ? value->text() : std::string();
  std::string text;
  append_json(text, *value);
  return text;
}

/// Long texts from shortly before where they part.
std::string shown(const Value* value, const Value* other) {
  constexpr std::size_t kLongest = 200, kBefore = 40;
  if (!value) return "nothing";
  std::string text = text_of(value);
  if (text.size() <= kLongest) return "`" + text + "`";
  const std::string against = text_of(other);
  const auto parting = static_cast<std::size_t>(std::ranges::mismatch(text, against).in1 - text.begin());
  std::size_t begin = std::min(parting, text.size() - kLongest);
  begin = begin > kBefore ? begin - kBefore : 0;
  std::size_t end = begin + kLongest;
  while (begin > 0 && is_within_character(text[begin])) --begin;
  while (end < text.size() && is_within_character(text[end])) ++end;
  return fmt::format("`{}{}{}`", begin > 0 ? "…" : "", text.substr(begin, end - begin), end < text.size() ? "…" : "");
}

}  // namespace

std::vector<std::string> describe_differences(const Catalog& expected, const Catalog& found, std::size_t most) {
  std::vector<std::string> lines;
  std::size_t count = 0;
  const auto add = [&](std::string line) {
    if (++count <= most) lines.push_back(std::move(line));
  };
  for (const Delta& delta : plan::diff(expected, found)) {
    switch (delta.type) {
      case DeltaType::created: add(fmt::format("{} is there and shouldn't be", delta.after->id.text())); break;
      case DeltaType::dropped: add(fmt::format("{} is missing", delta.before->id.text())); break;
      case DeltaType::changed:
        for (const AttributeDelta& attribute : delta.attributes) {
          add(fmt::format("{}: {} is {} and should be {}", delta.after->id.text(), attribute.name, shown(attribute.after, attribute.before), shown(attribute.before, attribute.after)));
        }
        break;
    }
  }
  if (count > most) lines.push_back(fmt::format("and {} more", count - most));
  return lines;
}

}  // namespace lpc::shadow
