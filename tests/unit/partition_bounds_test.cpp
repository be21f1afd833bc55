// What is told of partitions' bounds from their texts alone (kinds/partition_bounds.h): rows move, or go, by it.
#include <gtest/gtest.h>

#include "kinds/partition_bounds.h"

namespace lpc::kinds {
namespace {

TEST(PartitionBounds, RangesOverlapUnlessOneEndsBeforeTheOther) {
  EXPECT_FALSE(bounds_may_overlap("FOR VALUES FROM (0) TO (10)", "FOR VALUES FROM (10) TO (20)"));
  EXPECT_TRUE(bounds_may_overlap("FOR VALUES FROM (0) TO (10)", "FOR VALUES FROM (9) TO (20)"));
  EXPECT_FALSE(bounds_may_overlap("FOR VALUES FROM ('-20') TO ('-10')", "FOR VALUES FROM (2) TO (3)"));
  EXPECT_TRUE(bounds_may_overlap("FOR VALUES FROM (MINVALUE) TO (MAXVALUE)", "FOR VALUES FROM (2) TO (3)"));
  EXPECT_FALSE(bounds_may_overlap("FOR VALUES FROM (1, 5) TO (1, 9)", "FOR VALUES FROM (1, 9) TO (2, 0)"));
  EXPECT_FALSE(bounds_may_overlap("FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')", "FOR VALUES FROM ('2024-02-01') TO ('2024-03-01')"));
  EXPECT_FALSE(bounds_may_overlap("FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2024-02-01 00:00:00+00')",
                                  "FOR VALUES FROM ('2024-03-01 00:00:00+00') TO ('2024-04-01 00:00:00+00')"));
}

TEST(PartitionBounds, RangesThatNobodyCanCompareMayOverlap) {
  EXPECT_TRUE(bounds_may_overlap("FOR VALUES FROM ('a') TO ('b')", "FOR VALUES FROM ('c') TO ('d')"));      // a collation decides
  EXPECT_FALSE(bounds_may_overlap("FOR VALUES FROM ('a') TO ('b')", "FOR VALUES FROM ('b') TO ('c')"));     // the same value is the same everywhere
  EXPECT_TRUE(bounds_may_overlap("FOR VALUES FROM ('1') TO ('2')", "FOR VALUES FROM ('3') TO ('4')"));      // text, or numbers
}

TEST(PartitionBounds, ListsAndHashesOverlapInWhatTheyShare) {
  EXPECT_TRUE(bounds_may_overlap("FOR VALUES IN ('a, b', NULL)", "FOR VALUES IN (NULL)"));
  EXPECT_FALSE(bounds_may_overlap("FOR VALUES IN ('a, b')", "FOR VALUES IN ('a', 'b')"));
  EXPECT_TRUE(bounds_may_overlap("FOR VALUES WITH (modulus 2, remainder 1)", "FOR VALUES WITH (modulus 4, remainder 3)"));
  EXPECT_FALSE(bounds_may_overlap("FOR VALUES WITH (modulus 2, remainder 1)", "FOR VALUES WITH (modulus 4, remainder 2)"));
  EXPECT_TRUE(bounds_may_overlap("DEFAULT", "FOR VALUES IN (1)"));
}

TEST(PartitionBounds, CoversOnlyWhatIsTakenWhole) {
  const std::vector<std::string> halves{"FOR VALUES FROM (0) TO (10)", "FOR VALUES FROM (10) TO (20)"};
  EXPECT_TRUE(bounds_cover(halves, {"FOR VALUES FROM (0) TO (20)"}));
  EXPECT_TRUE(bounds_cover({"FOR VALUES FROM (0) TO (20)"}, halves));
  EXPECT_FALSE(bounds_cover(halves, {"FOR VALUES FROM (0) TO (21)"}));
  EXPECT_FALSE(bounds_cover({"FOR VALUES FROM (0) TO (9)", "FOR VALUES FROM (10) TO (20)"}, {"FOR VALUES FROM (0) TO (20)"}));
  EXPECT_FALSE(bounds_cover(halves, {"DEFAULT"}));
  EXPECT_TRUE(bounds_cover({"DEFAULT"}, {"FOR VALUES FROM (0) TO (21)", "DEFAULT"}));
  EXPECT_TRUE(bounds_cover({"FOR VALUES IN (1, NULL)", "FOR VALUES IN (2)"}, {"FOR VALUES IN (2, NULL)"}));
  EXPECT_FALSE(bounds_cover({"FOR VALUES IN (1)"}, {"FOR VALUES IN (1, NULL)"}));
  EXPECT_TRUE(bounds_cover({"FOR VALUES WITH (modulus 4, remainder 1)", "FOR VALUES WITH (modulus 4, remainder 3)"}, {"FOR VALUES WITH (modulus 2, remainder 1)"}));
  EXPECT_FALSE(bounds_cover({"FOR VALUES WITH (modulus 4, remainder 1)"}, {"FOR VALUES WITH (modulus 2, remainder 1)"}));
  EXPECT_FALSE(bounds_cover({"FOR VALUES FROM ('a') TO ('m')"}, {"FOR VALUES FROM ('b') TO ('c')"}));
}

}  // namespace
}  // namespace lpc::kinds
