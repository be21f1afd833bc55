#include "diag/render.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/text.h"
#include "diag/snippet.h"

namespace lpc::diag {
namespace {

// Insertion order reads best here; nothing is hashed.
using Json = nlohmann::ordered_json;

/// What the formats share: a Diagnostic, or a Failure in its dress.
struct Item {
  std::string code;
  Severity severity;
  std::string message;
  Span span;
  std::vector<Note> notes;
  std::vector<Fix> fixes;
};

std::string_view path_of(const Span& span, const SourceMap& sources) {
  return span.is_nowhere() ? std::string_view() : std::string_view(sources.at(span.file).path());
}

/// In the order of files, places and codes; what has no place comes last.
std::vector<Item> sorted_items(const std::vector<Diagnostic>& diagnostics, const SourceMap& sources) {
  std::vector<const Diagnostic*> order;
  order.reserve(diagnostics.size());
  for (const Diagnostic& diagnostic : diagnostics) order.push_back(&diagnostic);
  const auto key = [&](const Diagnostic& d) {
    return std::tuple(d.span.is_nowhere(), path_of(d.span, sources), d.span.begin, d.span.end, d.code,
                      std::string_view(d.message));
  };
  std::stable_sort(order.begin(), order.end(), [&](const auto* a, const auto* b) { return key(*a) < key(*b); });
  std::vector<Item> items;
  items.reserve(order.size());
  for (const Diagnostic* d : order) {
    items.push_back({code_text(d->code), d->severity, d->message, d->span, d->notes, d->fixes});
  }
  return items;
}

// ---- terminal

class TextRenderer {
 public:
  TextRenderer(const SourceMap& sources, bool colour) : sources_(sources), colour_(colour) {}

  std::string render(const std::vector<Item>& items) {
    for (const Item& item : items) {
      const std::string label = fmt::format("{}[{}]", severity_name(item.severity), item.code);
      line(item.span, label, severity_colour(item.severity), item.message);
      for (const Note& note : item.notes) line(note.span, "note", severity_colour(Severity::note), note.message);
      for (const Fix& fix : item.fixes) line({}, "fix", kGreen, fix.description);
    }
    return std::move(text_);
  }

  void line(const Span& span, std::string_view label, std::string_view colour, std::string_view message) {
    if (!span.is_nowhere()) {
      const SourceBuffer& source = sources_.at(span.file);
      const Position start = source.position(span.begin);
      text_ += paint(fmt::format("{}:{}:{}:", printable(source.path()), start.line, start.column), kBold) + " ";
    }
    text_ += paint(fmt::format("{}:", label), colour) + " " + printable(message) + "\n";
    if (!span.is_nowhere()) snippet(span, colour);
  }

  /// Further lines, indented.
  void detail(std::string_view words) {
    for (const std::string& part : split(trim(words), '\n')) text_ += "  " + printable(trim_right(part)) + "\n";
  }

  std::string take() { return std::move(text_); }

  static constexpr std::string_view kBold = "1";
  static constexpr std::string_view kGreen = "1;32";
  static std::string_view severity_colour(Severity severity) {
    switch (severity) {
      case Severity::note: return "1;36";
      case Severity::warning: return "1;33";
      case Severity::error: return "1;31";
    }
    LP_CHECK(false);
  }

 private:
  static std::string trim_right(std::string text) {
    text.erase(text.find_last_not_of(" \t\r") + 1);
    return text;
  }

  std::string paint(std::string_view text, std::string_view colour) const {
    return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", colour, text) : std::string(text);
  }

  void snippet(const Span& span, std::string_view colour) {
    const SourceBuffer& source = sources_.at(span.file);
    const Position start = source.position(span.begin);
    const std::string_view line = source.line(start.line);
    const auto line_begin = static_cast<std::size_t>(line.data() - source.text().data());
    const std::size_t begin = start.offset - line_begin;
    const Snippet shown = make_snippet(line, begin, std::max<std::size_t>(span.end, start.offset) - line_begin);
    text_ += trim_right(paint(fmt::format("{:>5} |", start.line), "34") + " " + shown.text) + "\n";
    const std::size_t indent = shown.carets.find('^');
    text_ += paint("      |", "34") + " " + shown.carets.substr(0, indent) +
             paint(shown.carets.substr(indent), colour) + "\n";
  }

  const SourceMap& sources_;
  bool colour_;
  std::string text_;
};

// ---- JSON

Json position_json(const Position& position) {
  return {{"line", position.line}, {"column", position.column}, {"offset", position.offset}};
}

Json span_json(const Span& span, const SourceMap& sources) {
  const SourceBuffer& source = sources.at(span.file);
  return {{"start", position_json(source.position(span.begin))}, {"end", position_json(source.position(span.end))}};
}

void add_place(Json& object, const Span& span, const SourceMap& sources) {
  if (span.is_nowhere()) return;
  object["file"] = path_of(span, sources);
  object["span"] = span_json(span, sources);
}

Json fix_json(const Fix& fix, const Span& primary, const SourceMap& sources) {
  Json edits = Json::array();
  for (const Edit& edit : fix.edits) {
    Json object = Json::object();
    if (edit.span.is_nowhere()) continue;
    if (edit.span.file != primary.file) object["file"] = path_of(edit.span, sources);
    object["span"] = span_json(edit.span, sources);
    object["text"] = edit.text;
    edits.push_back(std::move(object));
  }
  return {{"description", fix.description}, {"edits", std::move(edits)}};
}

std::string dump(const Json& document) {
  // A server's words may be in any encoding; bytes that aren't UTF-8 must not end the program.
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string render_json(const std::vector<Item>& items, const SourceMap& sources) {
  Json document = Json::array();
  for (const Item& item : items) {
    Json object = {{"code", item.code}, {"severity", severity_name(item.severity)}, {"message", item.message}};
    add_place(object, item.span, sources);
    object["notes"] = Json::array();
    for (const Note& note : item.notes) {
      Json entry = {{"message", note.message}};
      add_place(entry, note.span, sources);
      object["notes"].push_back(std::move(entry));
    }
    object["fixes"] = Json::array();
    for (const Fix& fix : item.fixes) object["fixes"].push_back(fix_json(fix, item.span, sources));
    document.push_back(std::move(object));
  }
  return dump(document);
}

// ---- SARIF: https://docs.oasis-open.org/sarif/sarif/v2.1.0/

std::string to_uri(std::string_view path) {
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    if (plain) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return uri;
}

Json sarif_region(const Span& span, const SourceMap& sources) {
  const SourceBuffer& source = sources.at(span.file);
  const Position start = source.position(span.begin);
  const Position end = source.position(span.end);
  return {{"startLine", start.line}, {"startColumn", start.column}, {"endLine", end.line}, {"endColumn", end.column}};
}

Json sarif_artifact(const Span& span, const SourceMap& sources) { return {{"uri", to_uri(path_of(span, sources))}}; }

Json sarif_location(const Span& span, const SourceMap& sources) {
  Json physical = {{"artifactLocation", sarif_artifact(span, sources)}, {"region", sarif_region(span, sources)}};
  return {{"physicalLocation", std::move(physical)}};
}

Json sarif_fix(const Fix& fix, const SourceMap& sources) {
  Json changes = Json::array();
  for (const Edit& edit : fix.edits) {
    Json replacement = {{"deletedRegion", sarif_region(edit.span, sources)},
                        {"insertedContent", {{"text", edit.text}}}};
    Json artifact = sarif_artifact(edit.span, sources);
    const auto same = std::ranges::find_if(changes, [&](const Json& c) { return c["artifactLocation"] == artifact; });
    if (same != changes.end()) {
      (*same)["replacements"].push_back(std::move(replacement));
    } else {
      changes.push_back({{"artifactLocation", std::move(artifact)}, {"replacements", Json::array({replacement})}});
    }
  }
  return {{"description", {{"text", fix.description}}}, {"artifactChanges", std::move(changes)}};
}

Json sarif_result(const Item& item, std::size_t rule_index, const SourceMap& sources) {
  std::string words = item.message;
  Json related = Json::array();
  for (const Note& note : item.notes) {
    if (note.span.is_nowhere()) {
      words += "\nnote: " + note.message;
      continue;
    }
    Json location = {{"id", related.size() + 1}, {"message", {{"text", note.message}}}};
    location.update(sarif_location(note.span, sources));
    related.push_back(std::move(location));
  }
  Json result = {{"ruleId", item.code}, {"ruleIndex", rule_index}, {"level", severity_name(item.severity)},
                 {"message", {{"text", words}}}};
  if (!item.span.is_nowhere()) result["locations"] = Json::array({sarif_location(item.span, sources)});
  if (!related.empty()) result["relatedLocations"] = std::move(related);
  Json fixes = Json::array();
  for (const Fix& fix : item.fixes) {
    const bool placed = std::ranges::none_of(fix.edits, [](const Edit& edit) { return edit.span.is_nowhere(); });
    if (placed && !fix.edits.empty()) fixes.push_back(sarif_fix(fix, sources));
  }
  if (!fixes.empty()) result["fixes"] = std::move(fixes);
  return result;
}

std::string render_sarif(const std::vector<Item>& items, const SourceMap& sources) {
  std::vector<std::string> codes;
  for (const Item& item : items) codes.push_back(item.code);
  std::ranges::sort(codes);
  codes.erase(std::ranges::unique(codes).begin(), codes.end());

  Json rules = Json::array();
  for (const std::string& code : codes) {
    Json rule = {{"id", code}};
    for (const CodeInfo& entry : all_codes()) {
      if (code_text(entry.code) != code) continue;
      rule["name"] = entry.name.substr(1);
      rule["shortDescription"] = {{"text", entry.message}};
      rule["defaultConfiguration"] = {{"level", severity_name(entry.severity)}};
    }
    rules.push_back(std::move(rule));
  }
  Json results = Json::array();
  for (const Item& item : items) {
    const auto rule = std::ranges::lower_bound(codes, item.code);
    results.push_back(sarif_result(item, static_cast<std::size_t>(rule - codes.begin()), sources));
  }
  Json run = {{"tool", {{"driver", {{"name", "lpc"}, {"rules", std::move(rules)}}}}},
              {"columnKind", "unicodeCodePoints"},
              {"results", std::move(results)}};
  return dump({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
               {"version", "2.1.0"},
               {"runs", Json::array({std::move(run)})}});
}

// ---- GitHub: https://docs.github.com/actions/reference/workflow-commands-for-github-actions

std::string github_escape(std::string_view text, bool is_property) {
  std::string escaped;
  for (const char c : text) {
    if (c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ','))) {
      escaped += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string github_place(const Span& span, const SourceMap& sources) {
  if (span.is_nowhere()) return "";
  const SourceBuffer& source = sources.at(span.file);
  const Position start = source.position(span.begin);
  const Position end = source.position(span.end);
  std::string place = fmt::format("file={},line={},endLine={}", github_escape(source.path(), true), start.line, end.line);
  // Columns mean something on one line only.
  if (start.line == end.line) place += fmt::format(",col={},endColumn={}", start.column, std::max(start.column, end.column));
  return place + ",";
}

std::string render_github(const std::vector<Item>& items, const SourceMap& sources) {
  std::string text;
  for (const Item& item : items) {
    std::string words = item.message;
    for (const Note& note : item.notes) {
      words += "\n";
      if (!note.span.is_nowhere()) {
        const SourceBuffer& source = sources.at(note.span.file);
        const Position start = source.position(note.span.begin);
        words += fmt::format("{}:{}:{}: ", source.path(), start.line, start.column);
      }
      words += "note: " + note.message;
    }
    for (const Fix& fix : item.fixes) words += "\nfix: " + fix.description;
    const std::string_view command = item.severity == Severity::note ? "notice" : severity_name(item.severity);
    text += fmt::format("::{} {}title={}::{}\n", command, github_place(item.span, sources), item.code,
                        github_escape(words, false));
  }
  return text;
}

std::string render_items(const std::vector<Item>& items, const SourceMap& sources, const RenderOptions& options) {
  switch (options.format) {
    case Format::text: return TextRenderer(sources, options.colour).render(items);
    case Format::json: return render_json(items, sources);
    case Format::sarif: return render_sarif(items, sources);
    case Format::github: return render_github(items, sources);
  }
  LP_CHECK(false);
}

}  // namespace

std::string render(const std::vector<Diagnostic>& diagnostics, const SourceMap& sources, const RenderOptions& options) {
  return render_items(sorted_items(diagnostics, sources), sources, options);
}

std::string render(const Failure& failure, const RenderOptions& options) {
  const SourceMap no_sources;
  if (failure.is_reported()) return options.format == Format::text ? "" : render_items({}, no_sources, options);
  if (options.format == Format::text) {
    TextRenderer text(no_sources, options.colour);
    text.line({}, fmt::format("error[{}]", failure.code), TextRenderer::severity_colour(Severity::error), failure.message);
    if (!failure.detail.empty()) text.detail(failure.detail);
    if (!failure.hint.empty()) text.line({}, "hint", TextRenderer::kGreen, failure.hint);
    return text.take();
  }
  Item item{failure.code, Severity::error, failure.message, {}, {}, {}};
  for (const std::string& words : {failure.detail, failure.hint}) {
    if (!words.empty()) item.notes.push_back({words, {}});
  }
  return render_items({item}, no_sources, options);
}

}  // namespace lpc::diag
