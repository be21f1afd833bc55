// Plan JSON. The only file of this folder that sees nlohmann's header.
#include "plan/plan_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <functional>

#include "base/text.h"
#include "diag/sink.h"
#include "plan/impact.h"

namespace lpc::plan {

namespace {

using Json = nlohmann::ordered_json;      // the order of keys is that of the format's description, so it reads well; hashing sorts

// ---- writing --------------------------------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 4> kOutcomes = {"empty", "offends", "timeout", "failed"};

Json check_json(const StepCheck& check) {
  Json json{{"description", check.description}, {"sql", check.sql}, {"expect", "empty"}};
  if (!check.result) return json;
  Json result{{"outcome", kOutcomes[static_cast<std::size_t>(check.result->outcome)]}};
  if (check.result->rows) result["rows"] = check.result->rows;
  if (!check.result->keys.empty()) result["keys"] = check.result->keys;
  if (!check.result->error.empty()) result["error"] = check.result->error;
  json["result"] = std::move(result);
  return json;
}

Json touches_json(const std::vector<StepTouch>& touches) {
  Json list = Json::array();
  for (const StepTouch& touch : touches) {
    Json entry{{"relation", touch.relation}};
    if (touch.predicted) entry["predicted"] = *touch.predicted;
    if (touch.measured) entry["measured"] = *touch.measured;
    list.push_back(std::move(entry));
  }
  return list;
}

Json step_json(const Step& step) {
  Json json;
  json["id"] = step.id;
  json["description"] = step.description;
  json["sql"] = step.sql;
  if (!step.objects.empty()) json["objects"] = step.objects;
  if (step.origin) json["origin"] = {{"file", step.origin->file}, {"line", step.origin->line}, {"column", step.origin->column}};
  json["group"] = step.group;
  json["transactional"] = step.transactional;
  json["kind"] = step.kind;
  for (const StepLock& lock : step.locks) {
    Json entry{{"relation", lock.relation}};
    if (!lock.predicted.empty()) entry["predicted"] = lock.predicted;
    if (!lock.measured.empty()) entry["measured"] = lock.measured;
    entry["blocks"] = lock_blocks(lock.measured.empty() ? lock.predicted : lock.measured);
    json["locks"].push_back(std::move(entry));
  }
  if (!step.rewrites.empty()) json["rewrites"] = touches_json(step.rewrites);
  if (!step.scans.empty()) json["scans"] = touches_json(step.scans);
  for (const StepHazard& hazard : step.hazards) {
    Json entry{{"code", hazard.code}, {"severity", hazard.severity}, {"message", hazard.message}};
    if (!hazard.object.empty()) entry["object"] = hazard.object;
    if (!hazard.allowed.empty()) entry["allowed"] = hazard.allowed;
    json["hazards"].push_back(std::move(entry));
  }
  for (const StepCheck& check : step.checks) json["checks"].push_back(check_json(check));
  if (step.estimate) json["estimate"] = {{"rows", step.estimate->rows}, {"bytes", step.estimate->bytes}};
  json["reversible"] = step.reversible;
  if (!step.reason.empty()) json["reason"] = step.reason;
  return json;
}

Json steps_json(const std::vector<Step>& steps) {
  Json json = Json::array();
  for (const Step& step : steps) json.push_back(step_json(step));
  return json;
}

Json plan_to_json(const Plan& plan) {
  Json json;
  json["$schema"] = "lockplane-plan-1.schema.json";
  json["version"] = plan.version;
  if (!plan.source_hash.empty()) json["source_hash"] = plan.source_hash;
  if (!plan.target_hash.empty()) json["target_hash"] = plan.target_hash;
  if (plan.server_version) json["server_version"] = plan.server_version;
  if (!plan.managed.empty()) json["managed"] = plan.managed;
  if (!plan.declared.empty()) json["declared"] = plan.declared;
  if (!plan.external_partitions.empty()) json["external_partitions"] = plan.external_partitions;
  if (!plan.role.empty()) json["role"] = plan.role;
  json["steps"] = steps_json(plan.steps);
  Json loses = Json::array();
  for (const Loss& loss : plan.loses) loses.push_back({{"object", loss.object}, {"what", loss.what}});
  json["reverse"] = {{"steps", steps_json(plan.reverse)}, {"loses", std::move(loses)}};
  for (const Keep& keep : plan.keeps) {
    Json kept{{"object", keep.object}, {"table", keep.table}};
    if (!keep.key.empty()) kept["key"] = keep.key;
    if (!keep.as_text.empty()) kept["as_text"] = keep.as_text;
    json["keeps"].push_back(std::move(kept));
  }
  if (plan.proof) {
    json["proof"] = {{"server", plan.proof->server}, {"forward", plan.proof->forward}, {"reverse", plan.proof->reverse}, {"scope", plan.proof->scope}};
    if (const auto& rows = plan.proof->rows) json["proof"]["rows"] = {{"tables", rows->tables}, {"rows", rows->rows}, {"empty", rows->empty}};
  }
  return json;
}

// ---- reading --------------------------------------------------------------------------------------------------------------

template <class... Args>
Failure fail(diag::Code code, const Args&... arguments) {
  return {diag::code_text(code), diag::make(code, {}, arguments...).message, "", ""};
}

/// One JSON object being read: each key is handled once, and what is left over is an error with a near name.
class Reader {
 public:
  using Handler = std::function<Status(const Json&, const std::string& place)>;

  Reader& on(std::string key, Handler handler) {
    handlers_.emplace_back(std::move(key), std::move(handler));
    return *this;
  }

  Reader& text(std::string key, std::string& out) {
    return on(std::move(key), [&out](const Json& json, const std::string& place) -> Status {
      if (!json.is_string()) return fail(diag::Code::kBadPlanValue, place, "the plan", "a string");
      out = json.get<std::string>();
      return ok();
    });
  }

  Reader& integer(std::string key, int& out) {
    return on(std::move(key), [&out](const Json& json, const std::string& place) -> Status {
      if (!json.is_number_integer()) return fail(diag::Code::kBadPlanValue, place, "the plan", "a whole number");
      out = json.get<int>();
      return ok();
    });
  }

  Reader& count(std::string key, std::int64_t& out) {
    return on(std::move(key), [&out](const Json& json, const std::string& place) -> Status {
      if (!json.is_number_integer() || json.get<std::int64_t>() < 0) return fail(diag::Code::kBadPlanValue, place, "the plan", "a whole number from 0");
      out = json.get<std::int64_t>();
      return ok();
    });
  }

  Reader& flag(std::string key, bool& out) {
    return on(std::move(key), [&out](const Json& json, const std::string& place) -> Status {
      if (!json.is_boolean()) return fail(diag::Code::kBadPlanValue, place, "the plan", "true or false");
      out = json.get<bool>();
      return ok();
    });
  }

  Reader& texts(std::string key, std::vector<std::string>& out, bool one_will_do = false) {
    return on(std::move(key), [&out, one_will_do](const Json& json, const std::string& place) -> Status {
      if (one_will_do && json.is_string()) {
        out = {json.get<std::string>()};
        return ok();
      }
      const bool fits = json.is_array() && std::all_of(json.begin(), json.end(), [](const Json& item) { return item.is_string(); });
      if (!fits) return fail(diag::Code::kBadPlanValue, place, "the plan", one_will_do ? "a string or a list of strings" : "a list of strings");
      out = json.get<std::vector<std::string>>();
      return ok();
    });
  }

  /// A list of objects, each read by `read_item` into a new element.
  template <class T>
  Reader& list(std::string key, std::vector<T>& out, Status (*read_item)(const Json&, const std::string&, T&)) {
    return on(std::move(key), [&out, read_item](const Json& json, const std::string& place) -> Status {
      if (!json.is_array()) return fail(diag::Code::kBadPlanValue, place, "the plan", "a list of objects");
      for (std::size_t i = 0; i < json.size(); ++i) {
        out.emplace_back();
        LP_DO(read_item(json[i], fmt::format("{}/{}", place, i), out.back()));
      }
      return ok();
    });
  }

  Status read(const Json& json, const std::string& place) {
    if (!json.is_object()) return fail(diag::Code::kBadPlanValue, place.empty() ? "/" : place, "the plan", "an object");
    for (const auto& [key, item] : json.items()) {
      const auto handler = std::find_if(handlers_.begin(), handlers_.end(), [&](const auto& entry) { return entry.first == key; });
      if (handler == handlers_.end()) return unknown(key, place);
      LP_DO(handler->second(item, place + "/" + key));
    }
    return ok();
  }

 private:
  Status unknown(const std::string& key, const std::string& place) {
    Failure failure = fail(diag::Code::kUnknownPlanKey, key, place.empty() ? "the plan" : fmt::format("`{}` of the plan", place));
    std::vector<std::string> names;
    for (const auto& [name, handler] : handlers_) names.push_back(name);
    if (const auto name = nearest(key, names)) failure.hint = fmt::format("did you mean `{}`?", *name);
    return failure;
  }

  std::vector<std::pair<std::string, Handler>> handlers_;
};

Status ignore(const Json&, const std::string&) { return ok(); }

Status read_lock(const Json& json, const std::string& place, StepLock& lock) {
  return Reader().text("relation", lock.relation).text("predicted", lock.predicted).text("measured", lock.measured).on("blocks", ignore).read(json, place);
}

/// A relation alone, as plans of the first lpc had it, is one that was predicted.
Status read_touch(const Json& json, const std::string& place, StepTouch& touch) {
  if (json.is_string()) {
    touch.relation = json.get<std::string>();
    touch.predicted = true;
    return ok();
  }
  const auto flag = [](std::optional<bool>& out) {
    return [&out](const Json& item, const std::string& at) -> Status {
      if (!item.is_boolean()) return fail(diag::Code::kBadPlanValue, at, "the plan", "true or false");
      out = item.get<bool>();
      return ok();
    };
  };
  return Reader().text("relation", touch.relation).on("predicted", flag(touch.predicted)).on("measured", flag(touch.measured)).read(json, place);
}

Status read_hazard(const Json& json, const std::string& place, StepHazard& hazard) {
  return Reader().text("code", hazard.code).text("severity", hazard.severity).text("message", hazard.message).text("object", hazard.object)
      .text("allowed", hazard.allowed).read(json, place);
}

Status read_origin(const Json& json, const std::string& place, std::optional<Origin>& out) {
  Origin origin;
  int line = 0, column = 0;
  LP_DO(Reader().text("file", origin.file).integer("line", line).integer("column", column).read(json, place));
  origin.line = static_cast<std::uint32_t>(line);
  origin.column = static_cast<std::uint32_t>(column);
  out = origin;
  return ok();
}

Status read_check(const Json& json, const std::string& place, StepCheck& check) {
  std::string expect = "empty";
  LP_DO(Reader().text("description", check.description).text("sql", check.sql).text("expect", expect)
            .on("result", [&](const Json& item, const std::string& at) -> Status {
              CheckResult result;
              std::string outcome;
              LP_DO(Reader().text("outcome", outcome).count("rows", result.rows).texts("keys", result.keys).text("error", result.error).read(item, at));
              const auto known = std::find(kOutcomes.begin(), kOutcomes.end(), outcome);
              if (known == kOutcomes.end()) return fail(diag::Code::kBadPlanValue, at + "/outcome", "the plan", "one of empty, offends, timeout, failed");
              result.outcome = static_cast<CheckResult::Outcome>(known - kOutcomes.begin());
              check.result = std::move(result);
              return ok();
            })
            .read(json, place));
  if (trim(check.sql).empty()) return fail(diag::Code::kBadPlanValue, place + "/sql", "the plan", "a query");
  if (expect != "empty") return fail(diag::Code::kBadPlanValue, place + "/expect", "the plan", "`empty`");
  return ok();
}

Status read_estimate(const Json& json, const std::string& place, std::optional<Estimate>& out) {
  Estimate estimate;
  LP_DO(Reader().count("rows", estimate.rows).count("bytes", estimate.bytes).read(json, place));
  out = estimate;
  return ok();
}

Status check_step(const Step& step, const std::string& place) {
  static const std::vector<std::string> kKinds{"ddl", "concurrent", "validate", "backfill", "data", "wait"};
  if (step.sql.empty()) return fail(diag::Code::kBadPlanValue, place + "/sql", "the plan", "present: a string or a list of strings");
  for (const std::string& statement : step.sql) {
    if (trim(statement).empty()) return fail(diag::Code::kBadPlanValue, place + "/sql", "the plan", "a statement, not blank text");
  }
  if (std::find(kKinds.begin(), kKinds.end(), step.kind) == kKinds.end()) {
    return fail(diag::Code::kBadPlanValue, place + "/kind", "the plan", "one of " + join(kKinds, ", "));
  }
  return ok();
}

Status read_step(const Json& json, const std::string& place, Step& step) {
  step.group = 0;
  LP_DO(Reader()
            .integer("id", step.id).text("description", step.description).texts("sql", step.sql, true).texts("objects", step.objects)
            .on("origin", [&](const Json& item, const std::string& at) { return read_origin(item, at, step.origin); })
            .integer("group", step.group).flag("transactional", step.transactional).text("kind", step.kind)
            .list("locks", step.locks, read_lock).list("rewrites", step.rewrites, read_touch).list("scans", step.scans, read_touch)
            .list("hazards", step.hazards, read_hazard).list("checks", step.checks, read_check)
            .on("estimate", [&](const Json& item, const std::string& at) { return read_estimate(item, at, step.estimate); })
            .text("reversible", step.reversible).text("reason", step.reason)
            .read(json, place));
  return check_step(step, place);
}

Status read_loss(const Json& json, const std::string& place, Loss& loss) {
  return Reader().text("object", loss.object).text("what", loss.what).read(json, place);
}

Status read_keep(const Json& json, const std::string& place, Keep& keep) {
  return Reader().text("object", keep.object).text("table", keep.table).texts("key", keep.key).texts("as_text", keep.as_text).read(json, place);
}

/// Ids 1, 2, …; steps that name no group share one, except those that can't run in a transaction.
void complete(std::vector<Step>& steps) {
  int group = 1;
  bool used = false;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    Step& step = steps[i];
    step.id = static_cast<int>(i) + 1;
    if (step.description.empty()) step.description = fmt::format("Step {}", step.id);
    if (step.group > 0) {
      group = std::max(group, step.group);
    } else {
      if (!step.transactional && used) ++group;
      step.group = group;
    }
    used = true;
    if (!step.transactional) {
      ++group;
      used = false;
    }
  }
}

Status read_plan(const Json& json, Plan& plan) {
  bool has_steps = false;
  Reader reader;
  reader.on("$schema", ignore).integer("version", plan.version).text("source_hash", plan.source_hash).text("target_hash", plan.target_hash)
      .integer("server_version", plan.server_version).texts("managed", plan.managed).texts("declared", plan.declared)
      .texts("external_partitions", plan.external_partitions).text("role", plan.role)
      .on("steps", [&](const Json& item, const std::string& place) -> Status {
        has_steps = true;
        Reader list;
        return list.list("steps", plan.steps, read_step).read(Json{{"steps", item}}, place.substr(0, place.rfind('/')));
      })
      .on("reverse", [&](const Json& item, const std::string& place) {
        return Reader().list("steps", plan.reverse, read_step).list("loses", plan.loses, read_loss).read(item, place);
      })
      .list("keeps", plan.keeps, read_keep)
      .on("proof", [&](const Json& item, const std::string& place) -> Status {
        Proof proof;
        LP_DO(Reader().text("server", proof.server).text("forward", proof.forward).text("reverse", proof.reverse).text("scope", proof.scope)
                  .on("rows", [&](const Json& rows, const std::string& where) -> Status {
                    proof.rows.emplace();
                    return Reader().integer("tables", proof.rows->tables).count("rows", proof.rows->rows).texts("empty", proof.rows->empty).read(rows, where);
                  })
                  .read(item, place));
        plan.proof = proof;
        return ok();
      });
  LP_DO(reader.read(json, ""));
  if (!has_steps) return fail(diag::Code::kBadPlanValue, "/steps", "the plan", "present: a list of steps");
  if (plan.version != 1) return fail(diag::Code::kUnsupportedVersion, "the plan", plan.version, 1);
  complete(plan.steps);
  complete(plan.reverse);
  return ok();
}

}  // namespace

std::string to_json(const Plan& plan) {
  return plan_to_json(plan).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Plan> from_json(std::string_view text) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::parse_error& error) {
    return fail(diag::Code::kBadJson, "the plan", error.what());
  }
  Plan plan;
  LP_DO(read_plan(json, plan));
  return plan;
}

std::string plan_hash(const Plan& plan) {
  const nlohmann::json sorted = nlohmann::json::parse(plan_to_json(plan).dump(-1, ' ', false, Json::error_handler_t::replace));
  return "sha256:" + sha256_hex(sorted.dump());
}

}  // namespace lpc::plan
