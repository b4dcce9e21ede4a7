#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "base/ids.hpp"
#include "base/ports.hpp"
#include "base/secret.hpp"

namespace sealift {
namespace {

Result<int> half(int n) {
  if (n % 2) return Error{ErrorKind::invalid, "odd"};
  return n / 2;
}
Result<std::string> quarter_text(int n) {
  int h = TRY(half(n));
  int q = TRY(half(h));
  return std::to_string(q);
}

TEST(Result, try_gives_the_value_or_returns_the_error) {
  EXPECT_EQ(quarter_text(8).value(), "2");
  EXPECT_EQ(quarter_text(6).error().message, "odd");
  EXPECT_EQ(std::move(quarter_text(6).error()).within("x").message, "x: odd");
}

TEST(Hex, reads_both_cases_and_refuses_the_rest) {
  EXPECT_EQ(hex(from_hex("00aBfF").value()), "00ABFF");
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
}

TEST(Base64, meets_rfc_4648_vectors) {
  const char* vectors[][2] = {{"", ""},
                              {"f", "Zg=="},
                              {"fo", "Zm8="},
                              {"foo", "Zm9v"},
                              {"foob", "Zm9vYg=="},
                              {"fooba", "Zm9vYmE="},
                              {"foobar", "Zm9vYmFy"}};
  for (auto& [plain, coded] : vectors) {
    EXPECT_EQ(base64(view(plain)), coded);
    EXPECT_EQ(from_base64(coded).value(), to_bytes(std::string_view(plain)));
  }
  EXPECT_EQ(from_base64("Zm9v\r\n YmFy").value(), to_bytes(std::string_view("foobar")))
      << "lines may be wrapped";
}

TEST(Base64, comes_back_at_every_size_and_wherever_lines_are_wrapped) {
  Bytes octets;
  for (size_t size = 0; size < 70; ++size) {
    std::string coded = base64(octets);
    EXPECT_EQ(from_base64(coded).value(), octets);
    for (size_t at = 0; at <= coded.size(); ++at) {
      std::string wrapped = coded;
      wrapped.insert(at, "\r\n");
      EXPECT_EQ(from_base64(wrapped).value(), octets) << size << " " << at;
      if (at < coded.size()) {
        std::string damaged = coded;
        damaged[at] = '*';
        EXPECT_FALSE(from_base64(damaged)) << size << " " << at;
      }
    }
    octets.push_back(static_cast<uint8_t>(size * 37));
  }
}

TEST(Base64, refuses_what_is_not_canonical) {
  for (auto bad : {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "=Zg=", "Zg==Zg==", "Z===", "Zm9v=", "Zm9v!", "===="}) {
    EXPECT_FALSE(from_base64(bad)) << bad;
  }
}

TEST(Eid, checks_its_digits) {
  EXPECT_TRUE(Eid::parse("89049032123451234512345678901235"));
  EXPECT_FALSE(Eid::parse("89049032123451234512345678901236"));
  EXPECT_FALSE(Eid::parse("8904903212345123451234567890123"));
  EXPECT_FALSE(Eid::parse("8904903212345123451234567890123A"));
  EXPECT_TRUE(Eid::from_octets(from_hex("89049032123451234512345678901236").value())) << "no typing error";
  EXPECT_FALSE(Eid::from_octets(from_hex("8904903212345123451234567890123A").value()));
  EXPECT_EQ(Eid::with_check_digits("890490321234512345123456789012").value().digits(),
            "89049032123451234512345678901235");
}

TEST(Iccid, swaps_digits_and_fills) {
  Iccid i = Iccid::parse("8988211000000000001").value();
  EXPECT_EQ(hex(i.octets()), "988812010000000000F1");
  EXPECT_EQ(i.digits(), "8988211000000000001");
  EXPECT_EQ(Iccid::parse("8988211000000000001F").value(), i);
  EXPECT_FALSE(Iccid::parse("89882110000000001"));
  EXPECT_FALSE(Iccid::from_octets(from_hex("9888120100000000F0F1").value()));
}

TEST(Imsi, is_what_ef_imsi_holds) {
  for (auto digits : {"001010123456063", "00101012345606", "001010"}) {
    Imsi i = Imsi::parse(digits).value();
    EXPECT_EQ(Imsi::from_ef_imsi(i.ef_imsi()).value(), i);
  }
  EXPECT_EQ(hex(Imsi::parse("001010123456063").value().ef_imsi()), "080910101032540636");
}

TEST(MatchingId, takes_any_utf8_and_knows_the_grammar) {
  EXPECT_TRUE(MatchingId::parse("AB-09")->keeps_grammar());
  EXPECT_FALSE(MatchingId::parse("a\xC3\xA9")->keeps_grammar());
  EXPECT_FALSE(MatchingId::parse("\xC3"));
  EXPECT_FALSE(MatchingId::parse("\xC0\x80"));
  EXPECT_FALSE(MatchingId::parse("\xED\xA0\x80"));
  EXPECT_FALSE(MatchingId::parse(std::string(256, 'A')));
}

TEST(Secret, wipes_what_it_was_moved_from) {
  Secret<4> a(std::span<const uint8_t, 4>(Octets<4>{1, 2, 3, 4}));
  Secret<4> b(std::move(a));
  EXPECT_EQ(hex(b.expose()), "01020304");
  EXPECT_EQ(hex(a.expose()), "00000000");  // NOLINT: looks at the moved-from value on purpose
  EXPECT_TRUE(equal_constant_time(b.expose(), Octets<4>{1, 2, 3, 4}));
  EXPECT_FALSE(equal_constant_time(b.expose(), Octets<4>{1, 2, 3, 5}));
}

TEST(SeededRandom, repeats_itself_and_differs_by_seed) {
  SeededRandom a(7), b(7), c(8);
  auto x = a.octets<100>();
  EXPECT_EQ(x, b.octets<100>());
  EXPECT_NE(x, c.octets<100>());
}

TEST(SystemRandom, does_not_repeat) {
  SystemRandom r;
  EXPECT_NE(r.octets<32>(), r.octets<32>());
}

TEST(SwappedBcd, reads_what_it_writes) {
  EXPECT_EQ(hex(swapped_bcd("12345").value()), "2143F5");
  EXPECT_EQ(from_swapped_bcd(from_hex("2143F5").value()).value(), "12345");
  EXPECT_FALSE(from_swapped_bcd(from_hex("2A").value()));
  EXPECT_EQ(hex(bcd("1234").value()), "1234");
}

TEST(SystemRandom, gives_parent_and_children_of_a_fork_different_octets) {
  SystemRandom random;
  std::set<Octets<16>> seen{random.octets<16>()};  // from here on there is a buffer to inherit
  constexpr size_t children = 50, draws = 4;
  for (size_t child = 0; child < children; ++child) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
      for (size_t i = 0; i < draws; ++i) {
        const auto drawn = random.octets<16>();
        if (::write(ends[1], drawn.data(), drawn.size()) != 16) ::_exit(1);
      }
      ::_exit(0);
    }
    ::close(ends[1]);
    Octets<16> drawn{};
    for (size_t i = 0; i < draws; ++i) {
      ASSERT_EQ(::read(ends[0], drawn.data(), drawn.size()), 16);
      EXPECT_TRUE(seen.insert(drawn).second) << "child " << child;
    }
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
    if (child % 2 == 0) {
      EXPECT_TRUE(seen.insert(random.octets<16>()).second);
    }
  }
}

}  // namespace
}  // namespace sealift
