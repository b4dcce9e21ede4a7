#include "auc/auc.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

#include "auc/memory_store.hpp"

namespace sealift::auc {
namespace {

const Imsi imsi = *Imsi::parse("001010000000001");
const Octets<16> k = *octets_from_hex<16>("465B5CE8B199B49FAA5F0A2EE238A6BC");
const Octets<16> opc = *octets_from_hex<16>("CD63CB71954A9F4E48A5994E37A02BAF");

Subscriber subscriber_with(const Octets<16>& key, uint64_t issued = 0) {
  Subscriber s{imsi, Secret<16>(key), Secret<16>(opc), {0x80, 0x00}, {}, {}};
  s.state.issued = Sqn(issued);
  return s;
}

/// A USIM by TS 33.102 6.3.3 and Annex C.2: an array of the highest SEQ for each IND.
class TestCard {
 public:
  explicit TestCard(const Octets<16>& key, Sqn start = Sqn()) : milenage_(key, opc) { accepted_.fill(start); }

  struct Answer {
    bool genuine = false;
    Bytes res;   ///< empty where the number is not fresh
    Bytes auts;  ///< empty where it is
  };
  Answer authenticate(const Octets<16>& rand, const Octets<16>& autn) {
    const auto r = milenage_.f2345(rand);
    Octets<6> sqn_octets;
    for (size_t i = 0; i < 6; ++i) sqn_octets[i] = autn[i] ^ r.ak.expose()[i];
    const Octets<8> mac = milenage_.f1(rand, sqn_octets, {autn[6], autn[7]});
    if (!std::equal(mac.begin(), mac.end(), autn.begin() + 8)) return {};
    const Sqn sqn = Sqn::from_octets(sqn_octets);
    const bool fresh = sqn.seq() > accepted_[sqn.ind()].seq() &&
                       (sqn.seq() < highest().seq() || sqn.seq() - highest().seq() <= Sqn::largest_step);
    if (!fresh) return {true, {}, auts(rand)};
    accepted_[sqn.ind()] = sqn;
    return {true, to_bytes(r.res.expose()), {}};
  }
  Bytes auts(const Octets<16>& rand) const {
    Octets<6> concealed = highest().octets();
    const Secret<6> ak = milenage_.f5_star(rand);
    for (size_t i = 0; i < 6; ++i) concealed[i] ^= ak.expose()[i];
    return concat({concealed, milenage_.f1_star(rand, highest().octets(), {0, 0})});
  }
  Sqn highest() const {
    return *std::max_element(accepted_.begin(), accepted_.end(),
                             [](Sqn a, Sqn b) { return a.seq() < b.seq(); });
  }

 private:
  crypto::Milenage milenage_;
  std::array<Sqn, 32> accepted_{};
};

struct Centre : testing::Test {
  MemorySubscribers store;
  SeededRandom random{5};
  Ports ports{store, random};
  void SetUp() override { ASSERT_TRUE(store.add(subscriber_with(k))); }
  Vector vector() {
    auto v = generate_vector(ports, imsi);
    EXPECT_TRUE(v) << v.error().message;
    return std::move(*v);
  }
  SubscriberState state() { return store.find(imsi)->state; }
  /// A whole run that must succeed.
  void attach(TestCard& card) {
    const Vector v = vector();
    const auto answer = card.authenticate(v.rand, v.autn);
    ASSERT_FALSE(answer.res.empty());
    const auto confirmed = check_response(ports, imsi, v.rand, v.autn, answer.res);
    ASSERT_TRUE(confirmed) << confirmed.error().message;
    EXPECT_FALSE(confirmed->suspected);
    EXPECT_EQ(confirmed->sqn, v.sqn);
  }
};
using GenerateVector = Centre;
using CheckResponse = Centre;
using Resynchronise = Centre;
using CloneWatch = Centre;

TEST_F(GenerateVector, gives_the_vector_of_3gpp_test_set_1) {
  // TS 35.207 set 1, its RAND and SQN; AUTN is SQN xor AK, AMF, MAC-A.
  class Given final : public Random {
   public:
    void fill(std::span<uint8_t> out) override {
      const Bytes rand = *from_hex("23553CBE9637A89D218AE64DAE47BF35");
      std::copy(rand.begin(), rand.end(), out.begin());
    }
  } given;
  MemorySubscribers one;
  // The number before FF9BB4D0B607: SEQ and IND one less.
  Subscriber s = subscriber_with(k, 0xFF9BB4D0B607 - 0x21);
  s.amf = {0xB9, 0xB9};
  ASSERT_TRUE(one.add(s));
  const auto v = generate_vector({one, given}, imsi);
  ASSERT_TRUE(v);
  EXPECT_EQ(hex(v->sqn.octets()), "FF9BB4D0B607");
  EXPECT_EQ(hex(v->autn), "55F328B43577B9B94A9FFAC354DFAFB3");
  EXPECT_EQ(hex(v->xres.expose()), "A54211D5E3BA50BF");
  EXPECT_EQ(hex(v->ck.expose()), "B40BA9A3C58B2A05BBF0D987B21BF8CB");
  EXPECT_EQ(hex(v->ik.expose()), "F769BCD751044604127672711C6D3441");
}

TEST_F(GenerateVector, gives_the_outputs_of_tuak_test_set_4) {
  // TS 35.233 6.6, with the sizes that UMTS has: f1 and f2 are of that set's K, TOPc and RAND.
  MemorySubscribers one;
  Subscriber s{.imsi = imsi};
  s.tuak = TuakKeys{SecretBytes(*from_hex("B8DA837A50652D6AC7C97DA14F6ACC61")),
                    SecretBytes(*from_hex("2BC16EB657A68E1F446F08F57C0EFB1D493527A2E652CE281EB6CA0E4487760A")),
                    16, 1};
  ASSERT_TRUE(one.add(s));
  class Given final : public Random {
   public:
    void fill(std::span<uint8_t> out) override {
      const Bytes rand = *from_hex("6887E55425A966BD86C9661A5FA72BE8");
      std::copy(rand.begin(), rand.end(), out.begin());
    }
  } given;
  const Ports tuak{one, given};
  const auto v = generate_vector(tuak, imsi);
  ASSERT_TRUE(v);
  EXPECT_EQ(hex(v->xres.expose()), "4041CE438E3E38E8AA96562EED83AC43");
  EXPECT_EQ(hex(v->ck.expose()), "3E3BC01BEA0CD914C4C2C83CE2D92757");
  EXPECT_EQ(hex(v->ik.expose()), "666A8E6F577B1AA77B7FD53CEBB8A3D6");
  EXPECT_TRUE(check_response(tuak, imsi, v->rand, v->autn, v->xres.expose()));
  const Bytes half = to_bytes(v->xres.expose().first(8));
  EXPECT_EQ(check_response(tuak, imsi, v->rand, v->autn, half).error().kind, ErrorKind::verification);
  auto bad = v->autn;
  bad[15] ^= 1;
  EXPECT_EQ(check_response(tuak, imsi, v->rand, bad, v->xres.expose()).error().kind, ErrorKind::verification);
  Subscriber odd = s.clone();
  odd.imsi = *Imsi::parse("001010000000003");
  odd.tuak->res_size = 12;
  ASSERT_TRUE(one.add(odd));
  EXPECT_EQ(generate_vector(tuak, odd.imsi).error().kind, ErrorKind::invalid);
}

TEST_F(GenerateVector, counts_seq_and_turns_ind_through_thirty_two) {
  for (uint64_t i = 1; i <= 70; ++i) {
    const Sqn sqn = vector().sqn;
    EXPECT_EQ(sqn.seq(), i);
    EXPECT_EQ(sqn.ind(), i % 32);
    EXPECT_EQ(Sqn::from_octets(sqn.octets()), sqn);
  }
}

TEST_F(GenerateVector, refuses_strangers_the_barred_and_spent_numbers) {
  EXPECT_EQ(generate_vector(ports, *Imsi::parse("001010000000002")).error().kind, ErrorKind::not_found);
  ASSERT_TRUE(set_barred(ports, imsi, true));
  EXPECT_EQ(generate_vector(ports, imsi).error().kind, ErrorKind::permission);
  ASSERT_TRUE(set_barred(ports, imsi, false));
  EXPECT_TRUE(generate_vector(ports, imsi));
  MemorySubscribers spent;
  ASSERT_TRUE(spent.add(subscriber_with(k, (uint64_t{1} << 48) - 1)));
  EXPECT_EQ(generate_vector({spent, random}, imsi).error().kind, ErrorKind::limit);
}

/// Lets `advance` fail as told, and records what was durable.
class FailingStore final : public SubscriberStore {
 public:
  explicit FailingStore(SubscriberStore& inner) : inner_(inner) {}
  Status add(const Subscriber& s) override { return inner_.add(s); }
  Result<Subscriber> find(const Imsi& i) override { return inner_.find(i); }
  Status advance(const Imsi& i, const SubscriberState& expected, const SubscriberState& next) override {
    if (failures_left > 0) {
      --failures_left;
      return Error{kind, "as told"};
    }
    return inner_.advance(i, expected, next);
  }
  int failures_left = 0;
  ErrorKind kind = ErrorKind::io;

  Result<std::vector<Imsi>> list(const std::optional<Imsi>& after, size_t limit) override {
    return inner_.list(after, limit);
  }

 private:
  SubscriberStore& inner_;
};

TEST_F(GenerateVector, hands_out_nothing_that_is_not_stored) {
  FailingStore failing(store);
  const Ports through{failing, random};
  failing.failures_left = 1;
  EXPECT_EQ(generate_vector(through, imsi).error().kind, ErrorKind::io);
  EXPECT_EQ(state().issued, Sqn());
  failing.failures_left = 3;
  failing.kind = ErrorKind::conflict;
  EXPECT_EQ(generate_vector(through, imsi)->sqn.seq(), 1u);  // tried again until it was first
  failing.failures_left = 1000;
  EXPECT_EQ(generate_vector(through, imsi).error().kind, ErrorKind::conflict);
}

TEST_F(GenerateVector, never_gives_one_number_twice_to_many_threads) {
  SystemRandom system;
  const Ports shared{store, system};
  std::mutex mutex;
  std::set<uint64_t> seen;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        const auto v = generate_vector(shared, imsi);
        const std::lock_guard lock(mutex);
        ASSERT_TRUE(v);
        seen.insert(v->sqn.value());
      }
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(seen.size(), 400u);
  EXPECT_EQ(state().issued.seq(), 400u);
}

TEST_F(CheckResponse, confirms_a_card_with_the_same_key) {
  TestCard card(k);
  for (int i = 0; i < 100; ++i) attach(card);
  EXPECT_EQ(state().confirmed.seq(), 100u);
  EXPECT_EQ(state().suspicions, 0u);
}

TEST_F(CheckResponse, refuses_a_wrong_res_of_any_length_and_a_foreign_autn) {
  TestCard card(k);
  const Vector v = vector();
  const Bytes res = card.authenticate(v.rand, v.autn).res;
  Bytes wrong = res;
  wrong[7] ^= 1;
  for (const Bytes& bad : {wrong, Bytes{}, Bytes(res.begin(), res.end() - 1), concat({res, Bytes{0}})}) {
    const auto refused = check_response(ports, imsi, v.rand, v.autn, bad);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::verification);
  }
  Octets<16> foreign = v.autn;
  foreign[15] ^= 1;
  EXPECT_FALSE(check_response(ports, imsi, v.rand, foreign, res));
  EXPECT_EQ(state().confirmed, Sqn());
  EXPECT_TRUE(check_response(ports, imsi, v.rand, v.autn, res));
}

TEST_F(CheckResponse, keeps_the_highest_number_when_answers_come_out_of_order) {
  TestCard card(k);
  const Vector first = vector();
  const Vector second = vector();
  const Bytes late = card.authenticate(second.rand, second.autn).res;
  const Bytes early = card.authenticate(first.rand, first.autn).res;  // another IND: still fresh to the card
  ASSERT_TRUE(check_response(ports, imsi, second.rand, second.autn, late));
  const auto older = check_response(ports, imsi, first.rand, first.autn, early);
  ASSERT_TRUE(older);
  EXPECT_FALSE(older->suspected);
  EXPECT_EQ(state().confirmed, second.sqn);
}

TEST_F(Resynchronise, takes_over_the_number_of_a_card_that_is_ahead) {
  const Sqn ahead(5000 << 5 | 3);
  TestCard card(k, ahead);
  const Vector v = vector();
  const auto answer = card.authenticate(v.rand, v.autn);
  ASSERT_TRUE(answer.genuine);
  ASSERT_EQ(answer.auts.size(), 14u);
  const auto resync = resynchronise(ports, imsi, v.rand, answer.auts);
  ASSERT_TRUE(resync) << resync.error().message;
  EXPECT_EQ(resync->of_card, ahead);
  EXPECT_EQ(resync->before, v.sqn);
  EXPECT_EQ(resync->after, ahead);
  attach(card);  // and the next vector is taken
}

TEST_F(Resynchronise, changes_nothing_where_the_next_vector_is_taken_anyway) {
  TestCard card(k);
  attach(card);
  const Vector v = vector();
  ASSERT_FALSE(card.authenticate(v.rand, v.autn).res.empty());
  const auto again = card.authenticate(v.rand, v.autn);  // the network sent it twice
  ASSERT_EQ(again.auts.size(), 14u);
  const auto resync = resynchronise(ports, imsi, v.rand, again.auts);
  ASSERT_TRUE(resync);
  EXPECT_EQ(resync->after, resync->before);
  EXPECT_FALSE(resync->suspected);
  attach(card);
}

TEST_F(Resynchronise, goes_back_to_a_card_that_lags_by_more_than_delta_once) {
  MemorySubscribers leapt;
  ASSERT_TRUE(leapt.add(subscriber_with(k, (Sqn::largest_step + 10) << 5)));
  const Ports there{leapt, random};
  TestCard card(k);
  const auto v = generate_vector(there, imsi);
  const auto answer = card.authenticate(v->rand, v->autn);
  ASSERT_EQ(answer.auts.size(), 14u);
  // An AUTS for a challenge that is not the last may be an old one: no way back.
  const auto stale = resynchronise(there, imsi, Octets<16>{9}, card.auts(Octets<16>{9}));
  ASSERT_TRUE(stale);
  EXPECT_EQ(stale->after, stale->before);
  const auto resync = resynchronise(there, imsi, v->rand, answer.auts);
  ASSERT_TRUE(resync);
  EXPECT_EQ(resync->after, Sqn());
  const auto next = generate_vector(there, imsi);
  EXPECT_FALSE(card.authenticate(next->rand, next->autn).res.empty());
}

TEST_F(Resynchronise, refuses_auts_of_wrong_size_key_or_challenge) {
  TestCard card(k, Sqn(900 << 5));
  const Vector v = vector();
  const Bytes auts = card.authenticate(v.rand, v.autn).auts;
  EXPECT_EQ(resynchronise(ports, imsi, v.rand, View(auts).first(13)).error().kind, ErrorKind::invalid);
  EXPECT_EQ(resynchronise(ports, imsi, v.rand, concat({auts, Bytes{0}})).error().kind, ErrorKind::invalid);
  for (size_t i = 0; i < auts.size(); ++i) {
    Bytes changed = auts;
    changed[i] ^= 1;
    EXPECT_EQ(resynchronise(ports, imsi, v.rand, changed).error().kind, ErrorKind::verification);
  }
  EXPECT_FALSE(resynchronise(ports, imsi, Octets<16>{1}, auts));
  Octets<16> other = k;
  other[0] ^= 1;
  EXPECT_FALSE(resynchronise(ports, imsi, v.rand, TestCard(other, Sqn(900 << 5)).auts(v.rand)));
  EXPECT_EQ(state().issued, v.sqn);
  EXPECT_EQ(state().suspicions, 0u);
}

TEST_F(CloneWatch, suspects_where_a_card_holds_a_number_never_issued) {
  TestCard card(k);
  attach(card);
  // A thief with K makes vectors of his own and drives the card ahead.
  MemorySubscribers thief;
  ASSERT_TRUE(thief.add(subscriber_with(k, 700 << 5)));
  const auto forged = generate_vector({thief, random}, imsi);
  ASSERT_FALSE(card.authenticate(forged->rand, forged->autn).res.empty());
  // Our numbers are taken until IND comes round to the thief's; then the card shows where it stands.
  Vector v = vector();
  auto answer = card.authenticate(v.rand, v.autn);
  while (answer.auts.empty()) {
    ASSERT_LT(v.sqn.seq(), 40u);
    v = vector();
    answer = card.authenticate(v.rand, v.autn);
  }
  const auto resync = resynchronise(ports, imsi, v.rand, answer.auts);
  ASSERT_TRUE(resync);
  ASSERT_TRUE(resync->suspected);
  EXPECT_EQ(resync->suspected->why, Suspicion::never_issued);
  EXPECT_EQ(resync->suspected->of_card, forged->sqn);
  EXPECT_EQ(resync->suspected->imsi, imsi);
  EXPECT_EQ(state().suspicions, 1u);
  attach(card);  // the genuine subscriber is still served
}

TEST_F(CloneWatch, suspects_where_a_card_answers_a_number_never_issued) {
  TestCard card(k);
  MemorySubscribers thief;
  ASSERT_TRUE(thief.add(subscriber_with(k, 700 << 5)));
  const auto forged = generate_vector({thief, random}, imsi);
  const auto answer = card.authenticate(forged->rand, forged->autn);
  const auto confirmed = check_response(ports, imsi, forged->rand, forged->autn, answer.res);
  ASSERT_TRUE(confirmed);
  ASSERT_TRUE(confirmed->suspected);
  EXPECT_EQ(confirmed->suspected->why, Suspicion::never_issued);
  EXPECT_EQ(state().confirmed, Sqn());
}

TEST_F(CloneWatch, suspects_where_two_cards_of_one_key_diverge) {
  TestCard genuine(k);
  TestCard clone(k);
  for (int i = 0; i < 5; ++i) attach(genuine);
  const Vector v = vector();
  // The clone never saw the five: pressed for its number, it shows one that was long answered.
  const auto resync = resynchronise(ports, imsi, v.rand, clone.auts(v.rand));
  ASSERT_TRUE(resync);
  ASSERT_TRUE(resync->suspected);
  EXPECT_EQ(resync->suspected->why, Suspicion::behind_confirmed);
  EXPECT_EQ(resync->suspected->of_card, Sqn());
  EXPECT_EQ(resync->suspected->confirmed.seq(), 5u);
  EXPECT_EQ(resync->after, resync->before);
  attach(genuine);
}

TEST_F(CloneWatch, does_not_suspect_an_old_auts_played_again) {
  TestCard card(k);
  attach(card);
  const Vector old = vector();
  const Bytes old_auts = card.auts(old.rand);
  attach(card);
  attach(card);
  const auto replayed = resynchronise(ports, imsi, old.rand, old_auts);
  ASSERT_TRUE(replayed);
  EXPECT_FALSE(replayed->suspected);
  EXPECT_EQ(replayed->after, replayed->before);
  EXPECT_EQ(state().suspicions, 0u);
}

TEST_F(CloneWatch, does_not_serve_a_lagging_clone_even_beyond_delta) {
  MemorySubscribers far;
  Subscriber s = subscriber_with(k, (Sqn::largest_step + 10) << 5);
  s.state.confirmed = s.state.issued;
  ASSERT_TRUE(far.add(s));
  const Ports there{far, random};
  TestCard clone(k);
  const auto v = generate_vector(there, imsi);
  const auto resync = resynchronise(there, imsi, v->rand, clone.authenticate(v->rand, v->autn).auts);
  ASSERT_TRUE(resync);
  ASSERT_TRUE(resync->suspected);
  EXPECT_EQ(resync->after, v->sqn);
}

TEST_F(CloneWatch, does_not_let_a_thief_use_up_the_numbers_of_a_served_subscriber) {
  const Sqn last((uint64_t{1} << 48) - 1);
  TestCard genuine(k);
  attach(genuine);
  const Vector v = vector();
  const auto resync = resynchronise(ports, imsi, v.rand, TestCard(k, last).auts(v.rand));
  ASSERT_TRUE(resync);
  ASSERT_TRUE(resync->suspected);
  EXPECT_EQ(resync->suspected->why, Suspicion::never_issued);
  EXPECT_EQ(resync->after, resync->before);
  attach(genuine);
}

TEST_F(CloneWatch, bars_a_subscriber_from_every_function) {
  TestCard card(k);
  const Vector v = vector();
  const Bytes res = card.authenticate(v.rand, v.autn).res;
  ASSERT_TRUE(set_barred(ports, imsi, true));
  EXPECT_EQ(check_response(ports, imsi, v.rand, v.autn, res).error().kind, ErrorKind::permission);
  EXPECT_EQ(resynchronise(ports, imsi, v.rand, card.auts(v.rand)).error().kind, ErrorKind::permission);
  EXPECT_EQ(set_barred(ports, *Imsi::parse("001010000000002"), true).error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace sealift::auc
