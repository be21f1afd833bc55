// Source text and places in it. A Span is two byte offsets in one SourceBuffer; lines and columns are worked out
// only when somebody wants to read them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lpc {

using FileId = std::uint32_t;
inline constexpr FileId kNoFile = UINT32_MAX;

/// A half-open range of bytes in a source file. The default one is nowhere.
struct Span {
  FileId file = kNoFile;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  bool is_nowhere() const { return file == kNoFile; }
  friend bool operator==(const Span&, const Span&) = default;
};

/// The span from the start of `a` to the end of `b`, both of one file.
Span join(const Span& a, const Span& b);

/// 1-based line and column; the column counts Unicode code points, the offset bytes.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t offset = 0;
};

/// One source text with its line table. `path` is as the user gave it, never made absolute.
class SourceBuffer {
 public:
  SourceBuffer(std::string path, std::string text);

  const std::string& path() const { return path_; }
  std::string_view text() const { return text_; }
  Position position(std::uint32_t offset) const;
  /// The text of a 1-based line, without its line end.
  std::string_view line(std::uint32_t number) const;

 private:
  std::string path_;
  std::string text_;
  std::vector<std::uint32_t> line_starts_;
};

/// All source texts of one run, in the order they were added.
class SourceMap {
 public:
  FileId add(std::string path, std::string text);
  /// Reads a file. LP7010 when it can't be read, LP1003 when it isn't UTF-8 (with the offset of the first bad byte).
  Result<FileId> read(const std::string& path);
  const SourceBuffer& at(FileId file) const { return *buffers_.at(file); }
  std::string_view text(const Span& span) const;
  std::size_t size() const { return buffers_.size(); }

 private:
  std::vector<std::unique_ptr<SourceBuffer>> buffers_;
};

/// The byte offset of the first sequence that isn't valid UTF-8, or std::string_view::npos.
std::size_t find_invalid_utf8(std::string_view text);

}  // namespace lpc
