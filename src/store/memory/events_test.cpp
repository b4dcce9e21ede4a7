#include "store/memory/events.hpp"

#include "smds/event_store_suite.hpp"

namespace sealift::smds {
namespace {

class InMemory : public ::testing::Test {
 protected:
  EventStore& store() { return store_; }
  store::MemoryEvents store_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, EventStoreSuite, InMemory);

}  // namespace
}  // namespace sealift::smds
