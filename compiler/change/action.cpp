#include "change/action.h"

#include <array>

namespace lpc {

std::string_view lock_name(Lock lock) {
  static constexpr std::array<std::string_view, 9> kNames{
      "", "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"};
  return kNames[static_cast<std::size_t>(lock)];
}

}  // namespace lpc
