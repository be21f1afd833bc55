// Statements about the database that is connected to. Its name is no part of a schema: a shadow database has another one. So the server puts it in.
#pragma once

#include <string>

#include "base/sql.h"

namespace lpc::kinds {

/// Stands in a statement for the database's name.
inline Sql current_database() { return ident("lockplane: the database that is connected to"); }

/// The statement as one that the server completes: DO 'BEGIN EXECUTE format(…, current_database()); END'. Those that don't name the database stay as they are.
inline Sql about_current_database(const Sql& statement) {
  const std::string mark = current_database().text;
  const std::size_t at = statement.text.find(mark);
  if (at == std::string::npos) return statement;
  std::string format;
  for (std::size_t i = 0; i < statement.text.size(); ++i) {
    if (i == at) {
      format += "%I";
      i += mark.size() - 1;
      continue;
    }
    format += statement.text[i];
    if (statement.text[i] == '%') format += '%';
  }
  const Sql body = sql("BEGIN EXECUTE pg_catalog.format({}, pg_catalog.current_database()); END", literal(format));
  return sql("DO {}", dollar_quoted(body.text));
}

}  // namespace lpc::kinds
