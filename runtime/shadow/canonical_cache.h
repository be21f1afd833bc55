// Canonical catalogs kept from run to run, by what they were made from: an unchanged schema costs no shadow. A file that isn't whole is as good as none.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalog/catalog.h"

namespace lpc::shadow {

class CanonicalCache {
 public:
  /// Off when the user has no cache folder.
  CanonicalCache();

  /// `conditions` is all that decides the answer besides the catalog: the server's version, those of its extensions. This build of lpc is added.
  std::string key(const Catalog& catalog, std::string_view conditions) const;
  std::optional<Catalog> find(const std::string& key) const;
  void put(const std::string& key, const Catalog& catalog) const;

 private:
  std::string path(const std::string& key) const { return folder_ + "/" + key + ".json"; }
  void remove_oldest() const;

  std::string folder_;
};

}  // namespace lpc::shadow
