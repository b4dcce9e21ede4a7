// Fills a store with orders that nobody downloads, so that a server can be measured beside many of them:
//
//   bench_stock STORE COUNT [OCTETS]     STORE is a file, or postgresql://...; OCTETS of each profile
//   (15,360)
//
// The orders are as an operator's own are: a third in stock, a third released, a third installed, each with
// its profile and its audit rows. ICCIDs begin with 8900, those of `sealift load` do not.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "lab/smdp_stores.hpp"

namespace sealift {
namespace {

smdp::Order numbered(uint64_t n) {
  char digits[28];
  std::snprintf(digits, sizeof digits, "8900%015llu", static_cast<unsigned long long>(n));
  smdp::Order o{.iccid = *Iccid::parse(digits)};
  o.profileType = "stock";
  o.metadata = Bytes(120, 0x30);
  o.needs.size = 15 * 1024;
  if (n % 3 == 0) return o;
  char id[28];
  std::snprintf(id, sizeof id, "STOCK-%llu", static_cast<unsigned long long>(n));
  o.matchingId = *MatchingId::parse(id);
  o.state = smdp::OrderState::released;
  return o;
}

/// What a download leaves behind.
smdp::Transition installed(smdp::Order o, uint64_t n, Random& random) {
  const Eid eid =
      *Eid::with_check_digits("89049032" + std::to_string(10'000'000'000'000'000'000U + n) + "00");
  o.state = smdp::OrderState::installed;
  o.eid = eid;
  o.euiccOtpk = Bytes(65, 4);
  o.installs = 1;
  const TransactionId id = *TransactionId::from_octets(random.octets<16>());
  o.delivered = id;
  smdp::Transition t{.after = std::move(o), .package = Bytes(700, 1)};
  t.delivery = smdp::Delivery{id, t.after.iccid, eid, Bytes(66)};
  t.heard = smdp::NotificationKey{eid, 1};
  t.audit = {Time{}, "bench", "install", ""};
  return t;
}

/// Group commit makes it worth while to have many changes under way.
Status fill(smdp::OrderStore& orders, uint64_t count, size_t size) {
  constexpr unsigned at_once = 256;
  std::atomic<uint64_t> next = 0;
  std::atomic<bool> failed = false;
  Error why;
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < at_once; ++t) {
    threads.emplace_back([&] {
      // What is encrypted does not compress; that it differs from one to another matters to no store.
      Bytes content(size);
      SeededRandom random(t);
      random.fill(content);
      for (uint64_t n = next++; n < count && !failed; n = next++) {
        const smdp::Order order = numbered(n);
        Status done = orders.add(order, {content, Bytes(76)}, {Time{}, "bench", "import", ""});
        if (done && n % 3 == 2) done = orders.apply(installed(order, n, random));
        if (done || failed.exchange(true)) continue;
        why = done.error();
      }
    });
  }
  for (auto& t : threads) t.join();
  if (failed) return why;
  return {};
}

int run(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "bench_stock STORE COUNT [OCTETS]\n");
    return 2;
  }
  SystemClock clock;
  auto stores = lab::SmdpStores::open(argv[1], clock);
  const Status done = stores ? fill((*stores)->orders(), std::strtoull(argv[2], nullptr, 10),
                                    argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 15 * 1024)
                             : Status(stores.error());
  if (!done) std::fprintf(stderr, "bench_stock: %s\n", done.error().message.c_str());
  return done ? 0 : 1;
}

}  // namespace
}  // namespace sealift

int main(int argc, char** argv) {
  return sealift::run(argc, argv);
}
