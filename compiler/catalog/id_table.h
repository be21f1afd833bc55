// Positions by id, for containers that hold the ids themselves: open addressing, eight bytes an entry, no copies of names.
// A big database has hundreds of thousands of objects, and each ObjectId is four strings. What has one name, as a table and its members have, stands close together: who asks for
// one of them asks for others next, and finds them in the processor's cache.
#pragma once

#include <cstdint>
#include <vector>

#include "catalog/object_id.h"

namespace lpc {

class IdTable {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  void reserve(std::size_t count) {
    if (2 * count > slots_.size()) rebuild(2 * count);
  }

  /// The position whose id (told by `id_at`) is `id`, or kNone.
  template <class IdAt>
  std::uint32_t find(const ObjectId& id, const IdAt& id_at) const {
    if (slots_.empty()) return kNone;
    const std::uint32_t hash = hash_of(id);
    for (std::size_t at = start(hash); slots_[at].position != kNone; at = (at + 1) & mask()) {
      const Slot& slot = slots_[at];
      if (slot.hash == hash && slot.position != kGone && id_at(slot.position) == id) return slot.position;
    }
    return kNone;
  }

  /// `id` must not be in the table.
  void insert(const ObjectId& id, std::uint32_t position) {
    if (2 * (used_ + 1) > slots_.size()) rebuild(4 * (used_ + 1));
    place({hash_of(id), position});
  }

  /// What is at a position is at `to[position]` from now on, or gone, where that is kNone.
  void renumber(const std::vector<std::uint32_t>& to) {
    for (Slot& slot : slots_) {
      if (slot.position >= kGone) continue;
      const std::uint32_t position = to[slot.position];
      slot.position = position == kNone ? kGone : position;
    }
  }

  template <class IdAt>
  void erase(const ObjectId& id, const IdAt& id_at) {
    const std::uint32_t position = find(id, id_at);
    if (position == kNone) return;
    std::size_t at = start(hash_of(id));
    while (slots_[at].position != position) at = (at + 1) & mask();
    slots_[at].position = kGone;
  }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t position = kNone;
  };
  static constexpr std::uint32_t kGone = UINT32_MAX - 1;    ///< erased; the search goes on behind it

  static constexpr unsigned kPartBits = 12;

  /// The upper bits are of the schema and name, the lower ones (kPartBits) of what else is in the id.
  static std::uint32_t hash_of(const ObjectId& id) {
    constexpr std::uint64_t kMixer = 0x9e3779b97f4a7c15ULL;    // 2^64 divided by the golden ratio
    const std::uint64_t whole = (id.schema.hash() * kMixer ^ id.name.hash()) * kMixer;
    const std::uint64_t part = ((id.member.hash() * kMixer ^ id.arguments.hash()) * kMixer ^ static_cast<std::uint64_t>(id.kind)) * kMixer;
    return static_cast<std::uint32_t>(whole >> (32 + kPartBits) << kPartBits | part >> (64 - kPartBits));
  }

  std::size_t mask() const { return slots_.size() - 1; }

  /// Where the search begins: each name has a line of the cache of its own, as far as there are enough, and this and the next ones for what has that name.
  std::size_t start(std::uint32_t hash) const {
    constexpr std::size_t kSlotsOfLine = 64 / sizeof(Slot);
    constexpr std::size_t kLines = 8;
    return ((hash >> kPartBits) * kSlotsOfLine + hash % (kLines * kSlotsOfLine)) & mask();
  }

  void place(Slot slot) {
    std::size_t at = start(slot.hash);
    while (slots_[at].position != kNone) at = (at + 1) & mask();
    slots_[at] = slot;
    ++used_;
  }

  void rebuild(std::size_t size) {
    std::size_t capacity = 16;
    while (capacity < size) capacity *= 2;
    std::vector<Slot> old(capacity);
    old.swap(slots_);
    used_ = 0;
    for (const Slot& slot : old) {
      if (slot.position < kGone) place(slot);
    }
  }

  std::vector<Slot> slots_;    // a power of two, at most half full
  std::size_t used_ = 0;       // erased ones included
};

}  // namespace lpc
