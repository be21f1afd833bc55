// Who holds what when: the table of locks that a report shows.
#include <algorithm>
#include <map>

#include "plan/report.h"

namespace lpc::plan {

namespace {

using Row = std::map<int, HeatCell>;      // by column

/// What one phase holds, step by step: in a transaction each lock lasts to its end.
void add_phase(const Phase& phase, std::map<std::string, Row>& rows) {
  std::map<std::string, HeatCell> held;
  for (const ReportStep& step : phase.steps) {
    for (auto& [relation, cell] : held) cell.is_held_on = true;
    for (const ReportLock& lock : step.locks) {
      HeatCell& cell = held[lock.relation];
      if (cell.mode.empty() || lock.blocks > cell.blocks) cell = {lock.blocks, lock.mode, false};
    }
    for (const auto& [relation, cell] : held) rows[relation][step.number] = cell;
    if (!phase.transactional) held.clear();
  }
}

/// One column a phase, with the strongest that it holds.
std::map<std::string, Row> by_phase(const Way& way, const std::map<std::string, Row>& by_step) {
  std::map<std::string, Row> rows;
  for (const auto& [relation, row] : by_step) {
    for (const Phase& phase : way.phases) {
      for (const ReportStep& step : phase.steps) {
        const auto cell = row.find(step.number);
        if (cell == row.end()) continue;
        HeatCell& strongest = rows[relation][phase.number];
        if (strongest.mode.empty() || cell->second.blocks > strongest.blocks) strongest = {cell->second.blocks, cell->second.mode, false};
      }
    }
  }
  return rows;
}

bool is_hotter(const HeatRow& a, const HeatRow& b) {
  const auto heat = [](const HeatRow& row) {
    std::vector<int> counts(static_cast<std::size_t>(Blocks::everything) + 1);
    for (const HeatCell& cell : row.cells) counts[static_cast<std::size_t>(Blocks::everything) - static_cast<std::size_t>(cell.blocks)] += !cell.mode.empty();
    return counts;
  };
  const auto left = heat(a), right = heat(b);
  return left != right ? left > right : a.relation < b.relation;
}

}  // namespace

Heat make_heat(const Way& way) {
  constexpr std::size_t kMostSteps = 40, kMostRows = 60;
  std::map<std::string, Row> rows;
  for (const Phase& phase : way.phases) add_phase(phase, rows);
  Heat heat;
  const auto columns = [&] {
    std::vector<int> numbers;
    for (const auto& [relation, row] : rows) {
      for (const auto& [number, cell] : row) numbers.push_back(number);
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
  };
  heat.columns = columns();
  heat.by_phase = heat.columns.size() > kMostSteps;
  if (heat.by_phase) {
    rows = by_phase(way, rows);
    heat.columns = columns();
  }
  for (const auto& [relation, row] : rows) {
    HeatRow line{relation, {}};
    for (const int column : heat.columns) line.cells.push_back(row.contains(column) ? row.at(column) : HeatCell{});
    heat.rows.push_back(std::move(line));
  }
  std::sort(heat.rows.begin(), heat.rows.end(), is_hotter);
  if (heat.rows.size() > kMostRows) {
    heat.more_rows = heat.rows.size() - kMostRows;
    heat.rows.resize(kMostRows);
  }
  return heat;
}

}  // namespace lpc::plan
