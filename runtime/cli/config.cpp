#include "cli/config.h"

#include <fmt/format.h>
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <filesystem>
#include <functional>
#include <sstream>

#include "base/text.h"
#include "cli/files.h"

namespace lpc::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kName = "lockplane.toml";

/// Reads one file. Each table is walked once, with a handler for each key that may be in it.
class ConfigReader {
 public:
  explicit ConfigReader(std::string path) : path_(std::move(path)) { config_.path = path_; }

  Result<Config> read(const toml::table& root) {
    LP_DO(each(root, "the file", {{"protect", [this](const toml::node& node) { return texts(node, "protect", config_.protect); }},
                                  {"allow", [this](const toml::node& node) { return allow(node); }},
                                  {"preflight", [this](const toml::node& node) { return preflight(node); }}}));
    return std::move(config_);
  }

  Failure wrong(const toml::source_position& at, const std::string& what, std::string hint = "") const {
    return {"LP7013", fmt::format("{}:{}:{}: {}", path_, at.line, at.column, what), std::move(hint), ""};
  }

 private:
  using Handler = std::function<Status(const toml::node&)>;

  Status each(const toml::table& table, const std::string& place, const std::vector<std::pair<std::string, Handler>>& handlers) const {
    for (const auto& [key, node] : table) {
      const auto found = std::find_if(handlers.begin(), handlers.end(), [&](const auto& entry) { return entry.first == key.str(); });
      if (found == handlers.end()) {
        std::vector<std::string> names;
        for (const auto& [name, handler] : handlers) names.push_back(name);
        const auto near = nearest(key.str(), names);
        return wrong(key.source().begin, fmt::format("unknown key `{}` in {}", key.str(), place),
                     near ? fmt::format("did you mean `{}`?", *near) : "it may have " + join(names, ", "));
      }
      LP_DO(found->second(node));
    }
    return ok();
  }

  Status text(const toml::node& node, const std::string& key, std::string& out) const {
    const auto value = node.value_exact<std::string>();
    if (!value || trim(*value).empty()) return wrong(node.source().begin, fmt::format("`{}` must be a text", key));
    out = *value;
    return ok();
  }

  Status texts(const toml::node& node, const std::string& key, std::vector<std::string>& out) const {
    const toml::array* list = node.as_array();
    if (list == nullptr) return wrong(node.source().begin, fmt::format("`{}` must be a list of texts", key));
    for (const toml::node& item : *list) {
      out.emplace_back();
      LP_DO(text(item, key, out.back()));
    }
    return ok();
  }

  template <class Number>
  Status number(const toml::node& node, const std::string& key, Number& out) const {
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < 0 || *value > 1'000'000'000'000 || (sizeof(Number) == 4 && *value > 86'400'000)) return wrong(node.source().begin, fmt::format("`{}` must be a whole number from 0", key));
    out = static_cast<Number>(*value);
    return ok();
  }

  Status preflight(const toml::node& node) {
    const toml::table* table = node.as_table();
    if (table == nullptr) return wrong(node.source().begin, "`preflight` must be a table: [preflight]");
    return each(*table, "[preflight]", {{"timeout_ms", [this](const toml::node& item) { return number(item, "timeout_ms", config_.preflight_timeout_ms); }},
                                        {"big_rows", [this](const toml::node& item) { return number(item, "big_rows", config_.big_rows); }}});
  }

  Status allow(const toml::node& node) {
    const toml::array* list = node.as_array();
    if (list == nullptr) return wrong(node.source().begin, "`allow` must be a list of tables: [[allow]]");
    for (const toml::node& item : *list) LP_DO(allow_one(item));
    return ok();
  }

  Status allow_one(const toml::node& node) {
    const toml::table* table = node.as_table();
    if (table == nullptr) return wrong(node.source().begin, "each of `allow` must be a table: [[allow]]");
    plan::Allowance allowance;
    LP_DO(each(*table, "[[allow]]", {{"code", [&](const toml::node& item) { return text(item, "code", allowance.code); }},
                                     {"object", [&](const toml::node& item) { return text(item, "object", allowance.object); }},
                                     {"reason", [&](const toml::node& item) { return text(item, "reason", allowance.reason); }}}));
    if (allowance.code.empty()) return wrong(node.source().begin, "[[allow]] needs `code`, such as code = \"LP4011\"");
    if (allowance.reason.empty()) return wrong(node.source().begin, "[[allow]] needs `reason`: say why it is accepted");
    const Result<plan::Allowance> known = plan::parse_allowance(allowance.code);
    if (!known || allowance.code == "all") {
      return wrong(table->get("code")->source().begin, fmt::format("`{}` is no hazard", allowance.code), known ? "allow each by its code" : known.failure().hint);
    }
    allowance.code = known->code;
    config_.allow.push_back(std::move(allowance));
    return ok();
  }

  std::string path_;
  Config config_;
};

/// In the working directory or above it, not beyond the repository's root.
std::string find_file() {
  std::error_code error;
  for (fs::path folder = fs::current_path(error); !error && !folder.empty(); folder = folder.parent_path()) {
    if (fs::is_regular_file(folder / kName, error)) return (folder / kName).lexically_proximate(fs::current_path(error)).string();
    if (fs::exists(folder / ".git", error) || folder == folder.root_path()) break;
  }
  return "";
}

}  // namespace

Result<Config> parse_config(const std::string& text, const std::string& path) {
  ConfigReader reader(path);
  const toml::parse_result parsed = toml::parse(text, path);
  if (!parsed) return reader.wrong(parsed.error().source().begin, to_lower_ascii(parsed.error().description().substr(0, 1)) + std::string(parsed.error().description().substr(1)));
  return reader.read(parsed.table());
}

Result<Config> load_config() {
  const std::string path = find_file();
  if (path.empty()) return Config{};
  LP_TRY(const std::string text, read_file(path));
  return parse_config(text, path);
}

}  // namespace lpc::cli
