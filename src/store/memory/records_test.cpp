#include "store/memory/records.hpp"

#include "access/record_store_suite.hpp"

namespace sealift::access {
namespace {

class InMemory : public ::testing::Test {
 protected:
  RecordStore& records() { return records_; }
  store::MemoryRecords records_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, RecordStoreSuite, InMemory);

}  // namespace
}  // namespace sealift::access
