// Passwords inside SQL: neither the ledger nor an error message may hold one.
#pragma once

#include <string>
#include <string_view>

namespace lpc::ledger {

/// The statement with `'***'` in place of each string after the word PASSWORD (CREATE ROLE, user mappings) and of each string that is a connection
/// string with a password (subscriptions). `position`, a 1-based character of `sql`, is moved to the same place in the result.
std::string mask_passwords(std::string_view sql, int* position = nullptr);

/// True when the statement came out of the ledger, so that a password is missing.
bool has_masked_password(std::string_view sql);

}  // namespace lpc::ledger
