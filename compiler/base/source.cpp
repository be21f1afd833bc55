#include "base/source.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

namespace lpc {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Closes a file descriptor at the end of its scope.
class OpenFile {
 public:
  explicit OpenFile(const std::string& path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

Failure cannot_read(const std::string& path, std::string_view why) {
  return {"LP7010", fmt::format("can't read `{}`: {}", path, why), "", ""};
}

Result<std::string> read_file(const std::string& path) {
  const OpenFile file(path);
  struct stat status {};
  if (file.descriptor() < 0 || ::fstat(file.descriptor(), &status) != 0) return cannot_read(path, std::strerror(errno));
  if (S_ISDIR(status.st_mode)) return cannot_read(path, "it is a folder");
  // One byte more than the file has, so that the read that finds its end needn't make room. A pipe has no size: the text then grows by what each read brings.
  std::string text(S_ISREG(status.st_mode) ? static_cast<std::size_t>(status.st_size) + 1 : 0, '\0');
  std::size_t used = 0;
  for (;;) {
    if (used == text.size()) text.resize(text.size() + 4096 + text.size() / 16);
    const ssize_t count = ::read(file.descriptor(), text.data() + used, text.size() - used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot_read(path, std::strerror(errno));
    if (count == 0) break;
    used += static_cast<std::size_t>(count);
    if (used > std::numeric_limits<std::uint32_t>::max()) return cannot_read(path, "it is larger than 4 GB");
  }
  text.resize(used);
  return text;
}

/// The length of the well-formed sequence at the start of `bytes`, or 0: the table of well-formed byte sequences of
/// the Unicode Standard, chapter 3.9, without NUL, which Postgres can't hold in text.
std::size_t sequence_length(const unsigned char* bytes, std::size_t available) {
  const unsigned char first = bytes[0];
  if (first >= 0x01 && first < 0x80) return 1;
  const auto continues = [&](std::size_t i, unsigned char low, unsigned char high) {
    return i < available && bytes[i] >= low && bytes[i] <= high;
  };
  if (first >= 0xC2 && first <= 0xDF) return continues(1, 0x80, 0xBF) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned char low = first == 0xE0 ? 0xA0 : 0x80;    // overlong below
    const unsigned char high = first == 0xED ? 0x9F : 0xBF;   // surrogates above
    return continues(1, low, high) && continues(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned char low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = first == 0xF4 ? 0x8F : 0xBF;   // beyond U+10FFFF
    return continues(1, low, high) && continues(2, 0x80, 0xBF) && continues(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

/// True when none of the eight bytes is NUL or has its top bit set.
bool is_plain_ascii(const char* eight_bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, eight_bytes, sizeof word);
  constexpr std::uint64_t kTop = 0x8080808080808080u;
  constexpr std::uint64_t kOnes = 0x0101010101010101u;
  return ((word | (word - kOnes)) & kTop) == 0;
}

}  // namespace

Span join(const Span& a, const Span& b) {
  if (a.is_nowhere()) return b;
  if (b.is_nowhere()) return a;
  LP_CHECK(a.file == b.file);
  return {a.file, a.begin, std::max(a.end, b.end)};
}

// Offsets count from after a byte order mark, so that no later stage has to know about it.
SourceBuffer::SourceBuffer(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {
  if (text_.starts_with(kByteOrderMark)) text_.erase(0, kByteOrderMark.size());
  LP_CHECK(text_.size() <= std::numeric_limits<std::uint32_t>::max());
  line_starts_.push_back(0);
  const char* const begin = text_.data();
  const char* const end = begin + text_.size();
  for (const char* at = begin; at < end;) {
    const void* const found = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
    if (found == nullptr) break;
    at = static_cast<const char*>(found) + 1;
    line_starts_.push_back(static_cast<std::uint32_t>(at - begin));
  }
}

Position SourceBuffer::position(std::uint32_t offset) const {
  offset = std::min(offset, static_cast<std::uint32_t>(text_.size()));
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const auto line = static_cast<std::uint32_t>(after - line_starts_.begin());
  std::uint32_t column = 1;
  for (std::uint32_t i = line_starts_[line - 1]; i < offset; ++i) {
    if ((static_cast<unsigned char>(text_[i]) & 0xC0) != 0x80) ++column;
  }
  return {line, column, offset};
}

std::string_view SourceBuffer::line(std::uint32_t number) const {
  if (number == 0 || number > line_starts_.size()) return {};
  const std::size_t begin = line_starts_[number - 1];
  const std::size_t end = number < line_starts_.size() ? line_starts_[number] : text_.size();
  std::string_view text = std::string_view(text_).substr(begin, end - begin);
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

FileId SourceMap::add(std::string path, std::string text) {
  buffers_.push_back(std::make_unique<SourceBuffer>(std::move(path), std::move(text)));
  return static_cast<FileId>(buffers_.size() - 1);
}

Result<FileId> SourceMap::read(const std::string& path) {
  LP_TRY(std::string text, read_file(path));
  const std::size_t bad = find_invalid_utf8(text);
  if (bad != std::string_view::npos) {
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(bad), '\n');
    return Failure{"LP1003",
                   fmt::format("`{}` isn't UTF-8: bad byte 0x{:02X} at offset {}, line {}", path,
                               static_cast<unsigned>(static_cast<unsigned char>(text[bad])), bad, line),
                   "save the file as UTF-8", ""};
  }
  return add(path, std::move(text));
}

std::string_view SourceMap::text(const Span& span) const {
  if (span.is_nowhere()) return {};
  const std::string_view text = at(span.file).text();
  LP_CHECK(span.begin <= span.end && span.end <= text.size());
  return text.substr(span.begin, span.end - span.begin);
}

std::size_t find_invalid_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    if (i + 8 <= text.size() && is_plain_ascii(text.data() + i)) {
      i += 8;
      continue;
    }
    const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data() + i);
    const std::size_t length = sequence_length(bytes, text.size() - i);
    if (length == 0) return i;
    i += length;
  }
  return std::string_view::npos;
}

}  // namespace lpc
