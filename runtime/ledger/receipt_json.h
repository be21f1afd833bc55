// JSON as the ledger keeps it: ASCII only, in the bytes that the hash chain covers. The only part of this folder that sees nlohmann's header.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/ledger.h"

namespace lpc::ledger {

/// Without the statements, which the plan has.
std::string receipts_to_json(const std::vector<Receipt>& receipts);
/// LP6033's cause, in words, when it isn't what receipts_to_json() wrote.
Result<std::vector<Receipt>> receipts_from_json(std::string_view json);

/// The plan's JSON in one line, escaped to ASCII, with the passwords in its statements masked.
std::string plan_for_ledger(const plan::Plan& plan);
/// The statements of each of the plan's steps, in order; empty when the JSON isn't a plan.
std::vector<std::vector<std::string>> statements_of_plan(std::string_view json);

}  // namespace lpc::ledger
