// What lpc has to tell a user about their sources, plan or database: a code from the registry, words, and places.
// Knows nothing of how it is shown (render.h) or who collects it (sink.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"

namespace lpc::diag {

enum class Severity : std::uint8_t { note, warning, error };

/// Every code, as diagnostics.def lists them: LP(code, severity, name, message format, explanation).
enum class Code : std::uint16_t {
#define LP(number, severity, name, message) name = number,
#include "diag/diagnostics.def"
#undef LP
};

std::string_view severity_name(Severity severity);    ///< "note", "warning", "error"

struct CodeInfo {
  Code code;
  Severity severity;
  std::string_view name;      ///< the identifier in diagnostics.def
  std::string_view message;   ///< fmt format string
};

const CodeInfo& info(Code code);
/// The registry in order of code.
const std::vector<CodeInfo>& all_codes();
/// "LP2003".
std::string code_text(Code code);

/// The hazard (4xxx) that a user means with `LP4001`, `lp4001` or `4001`; null when there is none.
const CodeInfo* find_hazard(std::string_view text);
/// `LP4001`, … in order.
std::vector<std::string> hazard_codes();

struct Note {
  std::string message;
  Span span;                  ///< may be nowhere
};

struct Edit {
  Span span;
  std::string text;
};

struct Fix {
  std::string description;
  std::vector<Edit> edits;
};

struct Diagnostic {
  Code code;
  Severity severity;
  std::string message;
  Span span;                  ///< may be nowhere
  std::vector<Note> notes;
  std::vector<Fix> fixes;

  Diagnostic&& with_note(std::string text, Span at = {}) &&;
  Diagnostic&& with_fix(std::string description, Span at, std::string replacement) &&;
  /// A note `did you mean `x`?` and the fix that puts x at `at`; nothing when there is no near name.
  Diagnostic&& with_suggestion(std::string_view wrong, const std::vector<std::string>& names, Span at) &&;
};

}  // namespace lpc::diag
