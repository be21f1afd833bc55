// Reading and writing the files that commands name. `-` is standard input or output.
#pragma once

#include <string>

#include "base/result.h"

namespace lpc::cli {

Result<std::string> read_file(const std::string& path);
/// Writes beside the file first and renames, so that a full disk leaves the old one whole. LP7011.
Status write_file(const std::string& path, std::string_view text);

}  // namespace lpc::cli
