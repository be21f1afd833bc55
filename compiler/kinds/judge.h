// What a change means to those who use the database, beyond what it does to rows: programs that talk to it, rights, and advice about the schema itself.
// Data loss, failure on data and type changes are said by the kinds where they carry out the change; what locks mean is said over whole plans (plan/hazards.h).
// Judges read facts of two catalogs and of one action, and make no SQL.
#pragma once

#include <string_view>
#include <vector>

#include "diag/sink.h"
#include "kinds/kind.h"

namespace lpc::kinds {

/// One object of an action, before and after it.
struct Judged {
  const Object* before;                 ///< null when the plan makes it
  const Object* after;                  ///< null when it is gone after the plan
  const Action& action;
  const ChangeContext& context;

  const Object& object() const { return after ? *after : *before; }
  /// Whether this action gives the attribute another value. Of an object that is dropped and made again the creation does.
  bool changes(std::string_view attribute) const;
  bool is_made() const { return action.type == ActionType::create && after != nullptr; }
  /// For good: a replacement isn't a drop to those who use it.
  bool is_gone() const { return action.type == ActionType::drop && after == nullptr; }
};

template <class... Args>
void add_hazard(std::vector<Hazard>& hazards, diag::Code code, const ObjectId& object, const Args&... arguments) {
  hazards.push_back({code, diag::make(code, {}, arguments...).message, object});
}

/// Hazards of clients and security.
void judge(const Judged& judged, std::vector<Hazard>& hazards);

/// Advice about an object as it stands: style, and security that isn't about a change. Notes that stop nothing; see docs/hazards.md.
void advise(const Object& object, const Catalog& catalog, std::vector<Hazard>& hazards);

// ---- by family ---------------------------------------------------------------------------------------------------------------------------

void judge_clients(const Judged& judged, std::vector<Hazard>& hazards);    ///< judge_clients.cpp
void judge_security(const Judged& judged, std::vector<Hazard>& hazards);   ///< judge_security.cpp

}  // namespace lpc::kinds
