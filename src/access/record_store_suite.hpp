// What every store of administrative records must do, as typed tests: each store instantiates them in a test
// of its own.
//
// `Fixture` has `RecordStore& records()`, empty at the start of each test.
#pragma once

#include <gtest/gtest.h>

#include "access/records.hpp"

namespace sealift::access {

template <class Fixture>
class RecordStoreSuite : public Fixture {};
TYPED_TEST_SUITE_P(RecordStoreSuite);

TYPED_TEST_P(RecordStoreSuite, gives_back_what_was_put) {
  EXPECT_FALSE(*this->records().find("tenant", "a"));
  for (const char* name : {"b", "a"}) ASSERT_TRUE(this->records().put({"tenant", name, Bytes{1, 2}}, {}));
  ASSERT_TRUE(this->records().put({"approval", "a", Bytes{3}}, {}));
  EXPECT_EQ(*this->records().find("tenant", "a"), (Record{"tenant", "a", Bytes{1, 2}, 1}));
  const auto tenants = *this->records().list("tenant");
  ASSERT_EQ(tenants.size(), 2u);
  EXPECT_EQ(tenants[0].name, "a");
}

TYPED_TEST_P(RecordStoreSuite, changes_only_the_version_that_was_read) {
  ASSERT_TRUE(this->records().put({"tenant", "a", Bytes{1}}, {}));
  EXPECT_EQ(this->records().put({"tenant", "a", Bytes{2}}, {}).error().kind, ErrorKind::exists);
  Record read = **this->records().find("tenant", "a");
  read.content = Bytes{2};
  ASSERT_TRUE(this->records().put(read, {}));
  EXPECT_EQ(this->records().put(read, {}).error().kind, ErrorKind::conflict);
  EXPECT_EQ(this->records().remove(read, {}).error().kind, ErrorKind::conflict);
  EXPECT_EQ(this->records().put({"tenant", "none", Bytes{}, 1}, {}).error().kind, ErrorKind::conflict);
  ASSERT_TRUE(this->records().remove(**this->records().find("tenant", "a"), {}));
  EXPECT_FALSE(*this->records().find("tenant", "a"));
}

TYPED_TEST_P(RecordStoreSuite, has_another_generation_after_each_change) {
  const uint64_t empty = *this->records().generation();
  ASSERT_TRUE(this->records().put({"tenant", "a", Bytes{1}}, {}));
  const uint64_t one = *this->records().generation();
  EXPECT_NE(one, empty);
  EXPECT_EQ(*this->records().generation(), one);
  ASSERT_TRUE(this->records().remove(**this->records().find("tenant", "a"), {}));
  const uint64_t removed = *this->records().generation();
  EXPECT_NE(removed, one);
  EXPECT_NE(removed, empty);
}

REGISTER_TYPED_TEST_SUITE_P(RecordStoreSuite, gives_back_what_was_put, changes_only_the_version_that_was_read,
                            has_another_generation_after_each_change);

}  // namespace sealift::access
