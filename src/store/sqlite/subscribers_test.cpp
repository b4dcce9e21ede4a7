#include "store/sqlite/subscribers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "auc/auc.hpp"
#include "base/temporary_folder.hpp"
#include "store/sqlite/store.hpp"

namespace sealift::store {
namespace {

class Subscribers : public ::testing::Test {
 protected:
  Subscribers() { open(1); }
  ~Subscribers() override {
    subscribers_.reset();
    store_.reset();
  }
  void open(uint8_t key) {
    subscribers_.reset();
    store_.reset();
    store_ = std::move(SqliteStore::open(folder_.path() + "/store.db").value());
    subscribers_ = store_->subscribers(Secret<32>(Octets<32>{key}), random_);
  }
  auc::Subscriber subscriber() {
    Octets<16> k{}, opc{};
    for (size_t i = 0; i < 16; ++i) k[i] = opc[15 - i] = static_cast<uint8_t>(0xA0 + i);
    auc::Subscriber s{.imsi = imsi_, .k = Secret<16>(k), .opc = Secret<16>(opc), .amf = {0x80, 0x01}};
    s.constants.c[4][3] = 9;
    s.state = {auc::Sqn((uint64_t{1} << 48) - 1), auc::Sqn(5), {1, 2, 3}, 7, true};
    return s;
  }
  const Imsi imsi_ = *Imsi::parse("001010123456789");
  const TemporaryFolder folder_ = TemporaryFolder::make().value();
  SystemRandom random_;
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<auc::SubscriberStore> subscribers_;
};

TEST_F(Subscribers, are_given_back_whole_after_opening_again) {
  const auc::Subscriber s = subscriber();
  ASSERT_TRUE(subscribers_->add(s));
  EXPECT_EQ(subscribers_->add(s).error().kind, ErrorKind::exists);
  open(1);
  const auto found = subscribers_->find(imsi_);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(equal_constant_time(found->k.expose(), s.k.expose()));
  EXPECT_TRUE(equal_constant_time(found->opc.expose(), s.opc.expose()));
  EXPECT_EQ(found->amf, s.amf);
  EXPECT_EQ(found->constants, s.constants);
  EXPECT_EQ(found->state, s.state);
}

TEST_F(Subscribers, keep_the_keys_of_tuak) {
  for (size_t size : {16u, 32u}) {
    auc::Subscriber s{.imsi = *Imsi::parse("0010101234567" + std::to_string(size))};
    s.tuak = auc::TuakKeys{SecretBytes(Bytes(size, 0x5A)), SecretBytes(Bytes(32, 0xC3)), 16, 3};
    ASSERT_TRUE(subscribers_->add(s));
    open(1);
    const auto found = subscribers_->find(s.imsi);
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_TRUE(found->tuak);
    EXPECT_EQ(hex(found->tuak->k.expose()), hex(s.tuak->k.expose()));
    EXPECT_EQ(hex(found->tuak->topc.expose()), hex(s.tuak->topc.expose()));
    EXPECT_EQ(found->tuak->res_size, 16);
    EXPECT_EQ(found->tuak->iterations, 3);
  }
}

TEST_F(Subscribers, advance_only_from_the_state_that_was_read) {
  const auc::Subscriber s = subscriber();
  auc::SubscriberState next = s.state;
  next.issued = auc::Sqn(77);
  EXPECT_EQ(subscribers_->advance(imsi_, s.state, next).error().kind, ErrorKind::not_found);
  ASSERT_TRUE(subscribers_->add(s));
  ASSERT_TRUE(subscribers_->advance(imsi_, s.state, next));
  EXPECT_EQ(subscribers_->advance(imsi_, s.state, next).error().kind, ErrorKind::conflict);
  EXPECT_EQ(subscribers_->find(imsi_)->state, next);
}

TEST_F(Subscribers, never_get_one_sequence_number_twice) {
  auc::Subscriber s = subscriber();
  s.state = {};
  ASSERT_TRUE(subscribers_->add(s));
  std::vector<std::thread> threads;
  std::atomic<int> advanced = 0;
  for (uint64_t n = 1; n <= 8; ++n) {
    threads.emplace_back(
        [&, n] { advanced += subscribers_->advance(imsi_, {}, {.issued = auc::Sqn(n)}).has_value(); });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(advanced, 1);
}

TEST_F(Subscribers, keys_are_not_in_clear_and_open_under_their_key_alone) {
  const auc::Subscriber s = subscriber();
  ASSERT_TRUE(subscribers_->add(s));
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    std::ifstream file(entry.path(), std::ios::binary);
    const Bytes octets(std::istreambuf_iterator<char>(file), {});
    for (View key : {View(s.k.expose()), View(s.opc.expose())}) {
      EXPECT_EQ(std::search(octets.begin(), octets.end(), key.begin(), key.end()), octets.end())
          << entry.path();
    }
  }
  open(2);
  EXPECT_EQ(subscribers_->find(imsi_).error().kind, ErrorKind::verification);
}

TEST_F(Subscribers, are_listed_in_order_page_by_page) {
  EXPECT_TRUE(subscribers_->list(std::nullopt, 10)->empty());
  auc::Subscriber earlier = subscriber();
  earlier.imsi = *Imsi::parse("001010000000001");
  ASSERT_TRUE(subscribers_->add(subscriber()));
  ASSERT_TRUE(subscribers_->add(earlier));
  EXPECT_EQ(subscribers_->add(earlier).error().kind, ErrorKind::exists);
  EXPECT_EQ(*subscribers_->list(std::nullopt, 10), (std::vector{earlier.imsi, imsi_}));
  EXPECT_EQ(*subscribers_->list(std::nullopt, 1), std::vector{earlier.imsi});
  EXPECT_EQ(*subscribers_->list(earlier.imsi, 10), std::vector{imsi_});
}

TEST_F(Subscribers, keys_cannot_be_moved_to_another_subscriber) {
  auc::Subscriber other = subscriber();
  other.imsi = *Imsi::parse("001010000000001");
  ASSERT_TRUE(subscribers_->add(subscriber()));
  ASSERT_TRUE(subscribers_->add(other));
  {
    auto db = Database::open(folder_.path() + "/store.db", Database::Mode::write, std::chrono::seconds(1));
    ASSERT_TRUE(db);
    ASSERT_TRUE(db->execute("UPDATE subscribers SET keys = (SELECT keys FROM subscribers WHERE imsi LIKE '%9')"));
  }
  EXPECT_EQ(subscribers_->find(other.imsi).error().kind, ErrorKind::verification);
  EXPECT_TRUE(subscribers_->find(imsi_));
}

}  // namespace
}  // namespace sealift::store
