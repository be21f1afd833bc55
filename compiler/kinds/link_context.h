// What a kind's `edges` hook speaks to: it says which names an object refers to, and they become depends_on and mentions.
#pragma once

#include <string_view>

#include "catalog/object_id.h"
#include "frontend/sql_fragment.h"

namespace lpc::kinds {

class LinkContext {
 public:
  virtual ~LinkContext() = default;
  virtual void object(const ObjectId& id) = 0;
  virtual void type(std::string_view type) = 0;                 ///< format_type() spelling
  virtual void relation(std::string_view qualified_text) = 0;   ///< SQL text
  virtual void column(std::string_view relation_text, std::string_view column) = 0;
  virtual void routine(std::string_view qualified_text) = 0;    ///< every overload
  virtual void collation(std::string_view qualified_text) = 0;
  virtual void role(std::string_view name) = 0;
  virtual void sql(frontend::FragmentKind kind, std::string_view text) = 0;
  /// References that Postgres doesn't check at creation: a plain body of a SQL or PL/pgSQL function.
  virtual void body(frontend::FragmentKind kind, std::string_view text) = 0;
};

}  // namespace lpc::kinds
