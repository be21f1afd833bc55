#include "shadow/differences.h"

#include <fmt/format.h>

#include "plan/diff.h"

namespace lpc::shadow {

namespace {

std::string shown(const Value* value) {
  if (!value) return "nothing";
  constexpr std::size_t kLongest = 200;
  std::string text = value->is_text() ? value->text() : std::string();
  if (!value->is_text()) append_json(text, *value);
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "…";
  return "`" + text + "`";
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
          add(fmt::format("{}: {} is {} and should be {}", delta.after->id.text(), attribute.name, shown(attribute.after), shown(attribute.before)));
        }
        break;
    }
  }
  if (count > most) lines.push_back(fmt::format("and {} more", count - most));
  return lines;
}

}  // namespace lpc::shadow
