#include "plan/batches.h"

namespace lpc::plan {

std::vector<Batch> cut_into_batches(const std::vector<Step>& steps) {
  std::vector<Batch> batches;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool continues = !batches.empty() && batches.back().transactional && steps[i].transactional && steps[i].group == steps[i - 1].group;
    if (!continues) batches.push_back({static_cast<int>(batches.size()) + 1, i, 0, steps[i].transactional});
    ++batches.back().count;
  }
  return batches;
}

}  // namespace lpc::plan
