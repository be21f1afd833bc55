#include "ledger/receipt_json.h"

#include <nlohmann/json.hpp>

#include "ledger/secrets.h"
#include "plan/plan_json.h"

namespace lpc::ledger {

namespace {

using Json = nlohmann::ordered_json;

std::string ascii(const Json& json) { return json.dump(-1, ' ', true, Json::error_handler_t::replace); }

void mask(std::vector<plan::Step>& steps) {
  for (plan::Step& step : steps) {
    for (std::string& statement : step.sql) statement = mask_passwords(statement);
  }
}

Receipt read_receipt(const Json& json) {
  Receipt receipt;
  receipt.run = json.at("run").get<long long>();
  receipt.step = json.at("step").get<int>();
  receipt.started_at = json.at("started_at").get<std::string>();
  receipt.finished_at = json.at("finished_at").get<std::string>();
  receipt.duration_ms = json.at("duration_ms").get<double>();
  receipt.attempts = json.at("attempts").get<int>();
  receipt.lock_wait_ms = json.at("lock_wait_ms").get<double>();
  receipt.rows = json.at("rows").get<long long>();
  receipt.resulting_hash = json.value("resulting_hash", "");
  receipt.error = json.value("error", "");
  return receipt;
}

}  // namespace

std::string receipts_to_json(const std::vector<Receipt>& receipts) {
  Json json = Json::array();
  for (const Receipt& receipt : receipts) {
    Json item{{"run", receipt.run},           {"step", receipt.step},
              {"started_at", receipt.started_at}, {"finished_at", receipt.finished_at},
              {"duration_ms", receipt.duration_ms}, {"attempts", receipt.attempts},
              {"lock_wait_ms", receipt.lock_wait_ms}, {"rows", receipt.rows}};
    if (!receipt.resulting_hash.empty()) item["resulting_hash"] = receipt.resulting_hash;
    if (!receipt.error.empty()) item["error"] = receipt.error;
    json.push_back(std::move(item));
  }
  return ascii(json);
}

Result<std::vector<Receipt>> receipts_from_json(std::string_view text) {
  std::vector<Receipt> receipts;
  try {
    for (const Json& item : Json::parse(text)) receipts.push_back(read_receipt(item));
  } catch (const Json::exception& error) {
    return Failure{"LP6033", std::string("its receipts can't be read: ") + error.what(), "", ""};
  }
  return receipts;
}

std::string plan_for_ledger(const plan::Plan& plan) {
  plan::Plan masked = plan;
  mask(masked.steps);
  mask(masked.reverse);
  return ascii(Json::parse(plan::to_json(masked)));
}

std::vector<std::vector<std::string>> statements_of_plan(std::string_view text) {
  std::vector<std::vector<std::string>> statements;
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("steps")) return statements;
  for (const Json& step : json["steps"]) {
    std::vector<std::string>& own = statements.emplace_back();
    if (!step.is_object() || !step.contains("sql")) continue;
    for (const Json& statement : step["sql"]) {
      if (statement.is_string()) own.push_back(statement.get<std::string>());
    }
  }
  return statements;
}

}  // namespace lpc::ledger
