// What many objects hold, once for all catalogs of the process: names and lists of attributes. Two catalogs that are compared are mostly alike; what is the same thing in
// both needn't be read to be known as equal, which in a big database is most of the work.
#pragma once

#include <tsl/robin_set.h>

#include <cstddef>
#include <memory>
#include <mutex>

#include "catalog/object.h"

namespace lpc {

/// Any thread may use it.
class Pool {
 public:
  static Pool& instance();

  /// Replaces the name by the one of the same text that is known, or makes it known.
  void share(Name& name);
  /// The same for attributes: whoever changes them afterwards changes a copy.
  void share(Attributes& attributes);

 private:
  using Entries = std::shared_ptr<Attributes::Entries>;
  struct NameHash {
    std::size_t operator()(const Name& name) const { return name.hash(); }
  };
  struct EntriesHash {
    std::size_t operator()(const Entries& entries) const;
  };
  struct EntriesEqual {
    bool operator()(const Entries& a, const Entries& b) const { return *a == *b; }
  };
  template <class Item, class Hash, class Equal>
  using Set = tsl::robin_set<Item, Hash, Equal, std::allocator<Item>, true>;

  std::mutex mutex_;
  Set<Name, NameHash, std::equal_to<Name>> names_;
  Set<Entries, EntriesHash, EntriesEqual> entries_;
  std::size_t names_to_tidy_ = 1 << 16;      // at so many, those that nobody uses any more are forgotten
  std::size_t entries_to_tidy_ = 1 << 16;
};

}  // namespace lpc
