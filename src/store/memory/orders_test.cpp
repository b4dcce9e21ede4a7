#include "store/memory/orders.hpp"

#include "smdp/order_store_suite.hpp"

namespace sealift::smdp {
namespace {

class InMemory : public ::testing::Test {
 protected:
  OrderStore& store() { return store_; }
  Outbox& outbox() { return store_.outbox(); }
  store::MemoryOrders store_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, OrderStoreSuite, InMemory);

}  // namespace
}  // namespace sealift::smdp
