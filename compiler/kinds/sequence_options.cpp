#include "kinds/sequence_options.h"

#include <charconv>
#include <limits>

namespace lpc::kinds {
namespace {

struct SequenceRange {
  std::int64_t low, high;
};

SequenceRange range_of(std::string_view type) {
  if (type == "smallint") return {std::numeric_limits<std::int16_t>::min(), std::numeric_limits<std::int16_t>::max()};
  if (type == "integer") return {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
  return {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};
}

bool is_up(const SequenceOptions& options) { return effective_increment(options) > 0; }

std::optional<std::int64_t> integer(const ast::Clause& clause, LowerContext& context) {
  const ast::Value* value = clause.value(ast::Shape::number);
  if (value == nullptr) return std::nullopt;
  std::string_view text = value->text;
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  context.error(diag::make(diag::Code::kWrongValue, value->span, clause.word, "a whole number of 64 bits"));
  return std::nullopt;
}

template <class Find>
SequenceOptions read(Find find) {
  const auto number = [&](std::string_view key) -> std::optional<std::int64_t> {
    const Value* value = find(key);
    return value == nullptr ? std::nullopt : std::optional(value->number());
  };
  const Value* cycle = find("cycle");
  return {number("start"), number("increment"), number("minvalue"), number("maxvalue"), number("cache"), cycle != nullptr && cycle->flag()};
}

}  // namespace

std::int64_t effective_increment(const SequenceOptions& options) { return options.increment.value_or(1); }

std::int64_t effective_minvalue(const SequenceOptions& options, std::string_view type) {
  return options.minvalue.value_or(is_up(options) ? 1 : range_of(type).low);
}

std::int64_t effective_maxvalue(const SequenceOptions& options, std::string_view type) {
  return options.maxvalue.value_or(is_up(options) ? range_of(type).high : -1);
}

std::int64_t effective_start(const SequenceOptions& options, std::string_view type) {
  return options.start.value_or(is_up(options) ? effective_minvalue(options, type) : effective_maxvalue(options, type));
}

SequenceOptions sequence_options(const Attributes& attributes) {
  return read([&](std::string_view key) { return attributes.find(key); });
}

SequenceOptions sequence_options(const Value& map) {
  return read([&](std::string_view key) { return map.find(key); });
}

SequenceOptions minimal(SequenceOptions options, std::string_view type) {
  SequenceOptions bare;
  if (options.increment == 1) options.increment.reset();
  bare.increment = options.increment;
  // The default of `start` hangs on the bounds, those on the increment, so each is compared before the one it hangs on is dropped.
  SequenceOptions unstarted = options;
  unstarted.start.reset();
  if (options.start == effective_start(unstarted, type)) options.start.reset();
  if (options.minvalue == effective_minvalue(bare, type)) options.minvalue.reset();
  if (options.maxvalue == effective_maxvalue(bare, type)) options.maxvalue.reset();
  if (options.cache == 1) options.cache.reset();
  return options;
}

Map entries(const SequenceOptions& options) {
  Map map;
  const auto put = [&](const char* key, const std::optional<std::int64_t>& value) {
    if (value) map.emplace_back(key, Value(*value));
  };
  put("cache", options.cache);
  if (options.cycle) map.emplace_back("cycle", Value(true));
  put("increment", options.increment);
  put("maxvalue", options.maxvalue);
  put("minvalue", options.minvalue);
  put("start", options.start);
  return map;
}

SequenceOptions lower_sequence_options(const std::vector<ast::Clause>& clauses, std::string_view type, LowerContext& context) {
  SequenceOptions options;
  const auto twice = [&](const ast::Clause& clause, bool said) {
    if (said) context.error(diag::make(diag::Code::kConflictingClauses, clause.span, "a sequence", clause.word, clause.word));
  };
  for (const ast::Clause& clause : clauses) {
    const auto take = [&](std::optional<std::int64_t>& field) {
      twice(clause, field.has_value());
      field = integer(clause, context);
    };
    if (clause.word == "start") take(options.start);
    if (clause.word == "increment") take(options.increment);
    if (clause.word == "minvalue") take(options.minvalue);
    if (clause.word == "maxvalue") take(options.maxvalue);
    if (clause.word == "cache") take(options.cache);
    if (clause.word == "cycle") options.cycle = true;
  }
  return minimal(options, type);
}

std::vector<Sql> option_clauses(const SequenceOptions& options) {
  std::vector<Sql> clauses;
  if (options.increment) clauses.push_back(sql("INCREMENT BY {}", number(*options.increment)));
  if (options.minvalue) clauses.push_back(sql("MINVALUE {}", number(*options.minvalue)));
  if (options.maxvalue) clauses.push_back(sql("MAXVALUE {}", number(*options.maxvalue)));
  if (options.start) clauses.push_back(sql("START WITH {}", number(*options.start)));
  if (options.cache) clauses.push_back(sql("CACHE {}", number(*options.cache)));
  if (options.cycle) clauses.push_back(sql("CYCLE"));
  return clauses;
}

std::vector<Sql> option_changes(const SequenceOptions& before, std::string_view before_type, const SequenceOptions& after, std::string_view after_type) {
  std::vector<Sql> changes;
  if (effective_increment(before) != effective_increment(after)) changes.push_back(sql("INCREMENT BY {}", number(effective_increment(after))));
  // AS moves a bound that is the old type's limit to the new one's, and then takes NO MINVALUE for that limit too (init_params() in src/backend/commands/sequence.c).
  const bool retyped = before_type != after_type;
  const SequenceRange old_range = range_of(before_type), new_range = range_of(after_type);
  const auto moved = [&](std::int64_t bound, std::int64_t old_limit, std::int64_t new_limit) { return retyped && bound == old_limit ? new_limit : bound; };
  const std::int64_t minvalue = effective_minvalue(after, after_type), maxvalue = effective_maxvalue(after, after_type);
  if (moved(effective_minvalue(before, before_type), old_range.low, new_range.low) != minvalue) {
    changes.push_back(after.minvalue || retyped ? sql("MINVALUE {}", number(minvalue)) : sql("NO MINVALUE"));
  }
  if (moved(effective_maxvalue(before, before_type), old_range.high, new_range.high) != maxvalue) {
    changes.push_back(after.maxvalue || retyped ? sql("MAXVALUE {}", number(maxvalue)) : sql("NO MAXVALUE"));
  }
  if (effective_start(before, before_type) != effective_start(after, after_type)) {
    changes.push_back(sql("START WITH {}", number(effective_start(after, after_type))));
  }
  if (before.cache.value_or(1) != after.cache.value_or(1)) changes.push_back(sql("CACHE {}", number(after.cache.value_or(1))));
  if (before.cycle != after.cycle) changes.push_back(after.cycle ? sql("CYCLE") : sql("NO CYCLE"));
  return changes;
}

void print_sequence_options(const SequenceOptions& options, LpWriter& writer) {
  const auto print = [&](const char* word, const std::optional<std::int64_t>& value) {
    if (value) writer.word(word).word(std::to_string(*value));
  };
  print("start", options.start);
  print("increment", options.increment);
  print("minvalue", options.minvalue);
  print("maxvalue", options.maxvalue);
  print("cache", options.cache);
  if (options.cycle) writer.word("cycle");
}

}  // namespace lpc::kinds
