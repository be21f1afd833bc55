// A name that many objects share: a schema's, a table's. Copies share one text, with its hash, because a big catalog holds each name dozens of times: in the
// ids of the members, of the parents, of everything that depends on them.
#pragma once

#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace lpc {

/// An immutable string that is cheap to copy and to compare. Converts from and to the standard strings; assigning replaces the text.
class Name {
 public:
  Name() = default;
  Name(const std::string& text) : block_(make(text)) {}
  Name(std::string_view text) : block_(make(text)) {}
  Name(const char* text) : block_(make(text)) {}
  Name(const Name& other) : block_(other.block_) { acquire(); }
  Name(Name&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Name& operator=(Name other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Name() { release(); }

  const std::string& str() const { return block_ ? block_->text : empty_text(); }
  operator const std::string&() const { return str(); }
  operator std::string_view() const { return str(); }

  bool empty() const { return block_ == nullptr; }
  std::size_t size() const { return str().size(); }
  std::size_t hash() const { return block_ ? block_->hash : 0; }
  /// Whether another name has the same text in the same place.
  bool is_shared() const { return block_ && block_->uses.load(std::memory_order_acquire) > 1; }
  void clear() { *this = Name(); }
  std::string substr(std::size_t at, std::size_t count = std::string::npos) const { return str().substr(at, count); }
  bool starts_with(std::string_view text) const { return str().starts_with(text); }
  bool ends_with(std::string_view text) const { return str().ends_with(text); }
  std::size_t find(std::string_view text, std::size_t from = 0) const { return str().find(text, from); }
  std::size_t find(char c, std::size_t from = 0) const { return str().find(c, from); }
  auto begin() const { return str().begin(); }
  auto end() const { return str().end(); }

  friend bool operator==(const Name& a, const Name& b) {
    return a.block_ == b.block_ || (a.block_ && b.block_ && a.block_->hash == b.block_->hash && a.block_->text == b.block_->text);
  }
  friend std::strong_ordering operator<=>(const Name& a, const Name& b) {
    return a.block_ == b.block_ ? std::strong_ordering::equal : a.str() <=> b.str();
  }
  friend bool operator==(const Name& a, const std::string& b) { return a.str() == b; }
  friend bool operator==(const Name& a, std::string_view b) { return a.str() == b; }
  friend bool operator==(const Name& a, const char* b) { return a.str() == b; }
  friend std::string operator+(const Name& a, std::string_view b) { return std::string(a.str()).append(b); }
  friend std::string operator+(std::string_view a, const Name& b) { return std::string(a).append(b.str()); }
  friend std::string operator+(std::string a, const Name& b) { return std::move(a.append(b.str())); }
  friend std::string operator+(const char* a, const Name& b) { return std::string(a).append(b.str()); }

 private:
  struct Block {
    std::size_t hash;
    std::atomic<std::uint32_t> uses;
    std::string text;
  };

  static Block* make(std::string_view text) {
    return text.empty() ? nullptr : new Block{std::hash<std::string_view>{}(text), 1, std::string(text)};
  }
  static const std::string& empty_text() {
    static const std::string text;
    return text;
  }
  void acquire() const {
    if (block_) block_->uses.fetch_add(1, std::memory_order_relaxed);
  }
  void release() {
    if (block_ && block_->uses.fetch_sub(1, std::memory_order_acq_rel) == 1) delete block_;
  }

  Block* block_ = nullptr;    // null for the empty name
};

/// For {fmt}.
inline std::string_view format_as(const Name& name) { return name; }

}  // namespace lpc

template <>
struct std::hash<lpc::Name> {
  std::size_t operator()(const lpc::Name& name) const { return name.hash(); }
};
