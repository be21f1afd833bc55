// What psql makes of a script before the server sees it, and how to write a statement so that the server gets exactly that statement.
// https://www.postgresql.org/docs/15/app-psql.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lpc::plan {

/// The statement as a script has it, with its semicolon and a line end. Most are written as they are. A colon that psql could take for one of its variables gets a blank
/// behind it, which SQL doesn't mind; what psql would cut in the wrong place is handed over as a string (\gexec).
std::string psql_statement(std::string_view sql);

/// Each line of the text as a comment.
std::string psql_comment(std::string_view text);

/// Variables of the environment whose secrets the statements have placeholders for, in order of appearance.
std::vector<std::string> secret_variables(const std::vector<std::string>& statements);
/// Lines that read them, and end the script when one isn't set.
std::string psql_read_secrets(const std::vector<std::string>& variables);
/// A statement with placeholders of the variables, which become their values on the way to the server: they are neither in the script nor shown.
std::string psql_statement_with_secrets(std::string_view sql, const std::vector<std::string>& variables);

}  // namespace lpc::plan
