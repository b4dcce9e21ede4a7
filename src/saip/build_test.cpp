#include "saip/build.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <map>

#include "saip/contents.hpp"
#include "saip/files.hpp"
#include "saip/personalise.hpp"
#include "saip/print.hpp"
#include "saip/test_vectors.hpp"
#include "saip/validate.hpp"
#include "saip/tuak.hpp"

namespace sealift::saip {
namespace {

UsimProfileOptions sample() {
  UsimProfileOptions o;
  o.iccid = Iccid::parse("89882110000000000009").value();
  o.imsi = Imsi::parse("001010123456789").value();
  o.k = Secret<16>::from(*from_hex("465B5CE8B199B49FAA5F0A2EE238A6BC")).value();
  o.opc = Secret<16>::from(*from_hex("CD63CB71954A9F4E48A5994E37A02BAF")).value();
  o.spn = "Sealift";
  o.msisdn = "+8821012345678";
  o.smsc = "+882101000000";
  o.puk1 = "48152637";
  o.pin2 = "7531";
  o.puk2 = "90817263";
  o.adm1 = "83016429";
  return o;
}

std::map<std::string, ResolvedFile> files_of(const Package& package) {
  std::map<std::string, ResolvedFile> out;
  FileResolver resolver;
  for (auto& e : package.elements) {
    auto files = resolver.resolve(e);
    EXPECT_TRUE(files) << (files ? "" : files.error().message);
    if (!files) continue;
    for (auto& f : *files) out[to_string(f.path)] = f;
  }
  return out;
}

std::string list(const std::vector<Finding>& findings) {
  std::string out;
  for (auto& f : findings) out += f.rule + ": " + f.text + "\n";
  return out;
}

bool has_rule(const std::vector<Finding>& findings, std::string_view rule) {
  return std::any_of(findings.begin(), findings.end(), [&](auto& f) { return f.rule == rule; });
}

Package again(const Package& package) {
  return decode(encode(package)).value();
}

TEST(Build, a_built_profile_decodes_and_has_no_faults) {
  auto package = build_usim_profile(sample());
  ASSERT_TRUE(package) << package.error().message;
  Bytes upp = encode(*package);
  auto decoded = decode(upp);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(encode(*decoded), upp);
  EXPECT_EQ(list(find_faults(*decoded)), "");
  EXPECT_EQ(encode(*build_usim_profile(sample())), upp) << "the same options give the same octets";
}

TEST(Build, files_hold_the_subscriber) {
  auto files = files_of(*build_usim_profile(sample()));
  EXPECT_EQ(hex(files["MF/2FE2"].content), "98881201000000000090");
  EXPECT_EQ(hex(files["MF/7FF0/6F07"].content), "080910101032547698");
  EXPECT_EQ(hex(files["MF/7FF0/6F46"].content), "005365616C696674FFFFFFFFFFFFFFFFFF");
  EXPECT_EQ(hex(files["MF/7FF0/6F78"].content), "0200");
  EXPECT_EQ(hex(files["MF/7FF0/6FAD"].content), "00000002");
  EXPECT_EQ(hex(files["MF/7FF0/6F62"].content), "00F110C880");
  EXPECT_EQ(dialled_number(files["MF/7FF0/6F40"].content, 10), "+8821012345678");
  EXPECT_EQ(files["MF/7FF0/6F42"].size, 38u);
  EXPECT_EQ(dialled_number(files["MF/7FF0/6F42"].content, 23), "+882101000000");
  EXPECT_EQ(files["MF/7FF0/6F42"].content[10], 0xFD);
  EXPECT_EQ(hex(files["MF/2F00"].content).substr(0, 52),
            "61184F10A0000000871002FFFFFFFF890709000050045553494D");
  EXPECT_TRUE(files.contains("MF/7FF0/5FC0/4F01"));
  EXPECT_FALSE(files.contains("MF/7FF0/6F3B"));
  auto& arr = files["MF/7FF0/6F06"];
  EXPECT_EQ(arr.record_count, 14);
  for (auto& [path, f] : files) EXPECT_LE(f.access.arr_record, 14) << path;
}

TEST(Build, service_table_says_what_the_files_serve) {
  auto o = sample();
  auto with = files_of(*build_usim_profile(o))["MF/7FF0/6F38"].content;
  EXPECT_NE(with[18 / 8] & 1 << 18 % 8, 0) << "service 19, SPN";
  EXPECT_NE(with[20 / 8] & 1 << 20 % 8, 0) << "service 21, MSISDN";
  o.spn.clear(), o.msisdn.clear();
  auto package = build_usim_profile(o);
  ASSERT_TRUE(package);
  auto files = files_of(*package);
  auto without = files["MF/7FF0/6F38"].content;
  EXPECT_EQ(without[18 / 8] & 1 << 18 % 8, 0);
  EXPECT_EQ(without[20 / 8] & 1 << 20 % 8, 0);
  EXPECT_FALSE(files.contains("MF/7FF0/6F40"));
  EXPECT_EQ(list(find_faults(*package)), "");
}

TEST(Build, pin_is_asked_for_only_where_one_is_given) {
  auto attributes = [](const Package& p) {
    for (auto& e : p.elements) {
      if (auto* pins = e.as<PinCodes>()) return std::get<0>(pins->pinCodes.alt)[0].pinAttributes.value;
    }
    return uint8_t{0xFF};
  };
  auto o = sample();
  EXPECT_EQ(attributes(*build_usim_profile(o)) & 1, 0);
  o.pin1 = "2580";
  EXPECT_EQ(attributes(*build_usim_profile(o)) & 1, 1);
}

TEST(Build, refuses_options_that_do_not_fit) {
  auto refused = [](auto change) {
    auto o = sample();
    change(o);
    return !build_usim_profile(o);
  };
  EXPECT_FALSE(refused([](auto&) {}));
  EXPECT_TRUE(refused([](auto& o) { o.mnc_length = 4; }));
  EXPECT_TRUE(refused([](auto& o) { o.spn = "a name that is much too long"; }));
  EXPECT_TRUE(refused([](auto& o) { o.spn = "\xC3\x28"; }));
  EXPECT_TRUE(refused([](auto& o) { o.msisdn = "call me"; }));
  EXPECT_TRUE(refused([](auto& o) { o.smsc = "+123456789012345678901"; }));
  EXPECT_TRUE(refused([](auto& o) { o.pin1 = "12"; }));
  EXPECT_TRUE(refused([](auto& o) { o.puk1 = "1234"; }));
  EXPECT_TRUE(refused([](auto& o) { o.adm1 = ""; }));
  EXPECT_TRUE(refused([](auto& o) { o.profile_type.clear(); }));
}

TEST(Build, ota_keys_reach_the_security_domain) {
  auto o = sample();
  o.ota_keys = OtaKeys{Secret<16>::from(*from_hex("3C1A90D25B7E4F8806B1C3D5E7F92A4C")).value(),
                       Secret<16>::from(*from_hex("91E2B7064D8F3A5C7E10C9D8264B53F0")).value(),
                       Secret<16>::from(*from_hex("5D0F83A61BC7E294703E6A98D1F4B25C")).value()};
  auto package = build_usim_profile(o);
  ASSERT_TRUE(package);
  auto decoded = again(*package);
  EXPECT_EQ(list(find_faults(decoded)), "");
  size_t keys = 0;
  for (auto& e : decoded.elements) {
    if (auto* sd = e.as<SecurityDomain>()) keys = sd->keyList->size();
  }
  EXPECT_EQ(keys, 3u);
}

TEST(Contents, names_take_the_gsm_alphabet_or_ucs2) {
  EXPECT_EQ(hex(*alpha_identifier("A@$_", 6)), "41000211FFFF");
  EXPECT_EQ(hex(*alpha_identifier("Zé", 6)), "80005A00E9FF");
  EXPECT_FALSE(alpha_identifier("Zé", 4));
  for (auto name : {"Sealift", "Œuvre", "北京", "a_b@c"}) {
    EXPECT_EQ(from_alpha_identifier(*alpha_identifier(name, 20)), name);
  }
}

TEST(Contents, access_rules_have_one_record_each) {
  Bytes arr = ef_arr();
  EXPECT_EQ(arr.size(), 14u * kArrRecord);
  EXPECT_EQ(hex(View(arr).first(27)), "8001019000800102A406830101950108800158A40683010A950108");
  EXPECT_EQ(hex(View(arr).subspan(6 * kArrRecord, 33)),
            "800103A406830101950108800158A40683010A950108840132A406830101950108");
}

TEST(Contents, iccid_of_the_header_is_not_swapped) {
  auto iccid = Iccid::parse("8988211000000000019").value();
  EXPECT_EQ(hex(header_iccid(iccid)), "8988211000000000019F");
  EXPECT_EQ(iccid_of_header(header_iccid(iccid)).value(), iccid);
}

TEST(Validate, ts48_packages_are_sound_and_their_published_keys_are_noticed) {
  auto all = test::ts48_packages();
  if (all.empty()) GTEST_SKIP() << "skipped: vectors not present";
  for (auto& v : all) {
    auto package = decode(v.octets);
    ASSERT_TRUE(package);
    auto findings = find_faults(*package);
    EXPECT_TRUE(is_sound(findings)) << v.name << "\n" << list(findings);
    EXPECT_TRUE(has_rule(findings, "known-key")) << v.name;
    EXPECT_TRUE(has_rule(findings, "test-algorithm")) << v.name;
  }
}

TEST(Validate, each_fault_is_found_by_its_rule) {
  auto fault = [](auto change) {
    auto package = again(*build_usim_profile(sample()));
    change(package.elements);
    return find_faults(package);
  };
  using Elements = std::vector<ProfileElement>;
  auto find = [](Elements& e, Kind kind) {
    return std::find_if(e.begin(), e.end(), [&](auto& x) { return x.kind() == kind; });
  };
  EXPECT_TRUE(has_rule(fault([](Elements& e) { e.erase(e.begin()); }), "header-first"));
  EXPECT_TRUE(has_rule(fault([](Elements& e) { e.pop_back(); }), "end-last"));
  EXPECT_TRUE(has_rule(fault([&](Elements& e) { e.erase(find(e, Kind::mf)); }), "mf-second"));
  EXPECT_TRUE(has_rule(fault([&](Elements& e) { e.erase(find(e, Kind::mf)); }), "after-mf"));
  EXPECT_TRUE(has_rule(fault([&](Elements& e) { e.erase(find(e, Kind::pukCodes)); }), "pin-unblocking"));
  EXPECT_TRUE(has_rule(fault([&](Elements& e) { e.erase(find(e, Kind::usim)); }), "after-application"));
  EXPECT_TRUE(
      has_rule(fault([&](Elements& e) { e.erase(find(e, Kind::akaParameter)); }), "mandatory-services"));
  EXPECT_TRUE(
      has_rule(fault([&](Elements& e) { find(e, Kind::end)->edit<End>()->header.identification = 1; }),
               "identification-unique"));
  EXPECT_TRUE(has_rule(fault([&](Elements& e) {
                         auto* aka = find(e, Kind::akaParameter)->edit<AkaParameter>();
                         std::get<AlgoParameter>(aka->algoConfiguration.alt).opc = SecretBytes(Bytes(15, 1));
                       }),
                       "aka-key-size"));
  EXPECT_TRUE(has_rule(fault([](Elements& e) { e[0].edit<ProfileHeader>()->iccid = {}; }), "iccid"));
  EXPECT_TRUE(
      has_rule(fault([&](Elements& e) { find(e, Kind::usim)->edit<TemplateElement>()->files.pop_back(); }),
               "mandatory-files"));
  EXPECT_TRUE(
      has_rule(fault([&](Elements& e) { std::swap(*find(e, Kind::mf), *find(e, Kind::usim)); }), "files"));
  EXPECT_TRUE(has_rule(fault([&](Elements& e) { std::swap(*find(e, Kind::opt_usim), *find(e, Kind::end)); }),
                       "end-last"));
}

TEST(Validate, known_keys) {
  for (auto digits : {"000102030405060708090A0B0C0D0E0F", "404142434445464748494A4B4C4D4E4F",
                      "00000000000000000000000000000000", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
                      "01230123012301230123012301230123", "3535353535353535"}) {
    EXPECT_TRUE(is_known_key(*from_hex(digits))) << digits;
  }
  EXPECT_FALSE(is_known_key(*from_hex("465B5CE8B199B49FAA5F0A2EE238A6BC")));
}

TEST(Personalise, gives_ts48_another_subscriber_and_leaves_the_rest) {
  auto all = test::ts48_packages();
  if (all.empty()) GTEST_SKIP() << "skipped: vectors not present";
  for (auto& v : all) {
    auto package = decode(v.octets).value();
    Subscriber s;
    s.iccid = Iccid::parse("89882110000000000017").value();
    s.imsi = Imsi::parse("001019876543213").value();
    s.k = SecretBytes(*from_hex("465B5CE8B199B49FAA5F0A2EE238A6BC"));
    s.opc = SecretBytes(*from_hex("CD63CB71954A9F4E48A5994E37A02BAF"));
    auto done = personalise(package, s);
    ASSERT_TRUE(done) << done.error().message;
    auto changed = again(package);
    EXPECT_TRUE(is_sound(find_faults(changed))) << list(find_faults(changed));
    auto files = files_of(changed);
    EXPECT_EQ(hex(files["MF/2FE2"].content), "98881201000000000071");
    EXPECT_EQ(Imsi::from_ef_imsi(files["MF/7FD0/6F07"].content).value().digits(), "001019876543213");
    EXPECT_EQ(hex(files["MF/7FD0/6F78"].content), "0008");
    auto before = decode(v.octets).value();
    size_t differ = 0;
    for (size_t i = 0; i < before.elements.size(); ++i) {
      differ += equal(before.elements[i].raw(), changed.elements[i].raw()) ? 0 : 1;
    }
    EXPECT_LE(differ, 5u) << "header, MF, USIM and two akaParameters";
  }
}

TEST(Build, makes_a_profile_with_tuak) {
  for (size_t size : {16u, 32u}) {
    auto options = sample();
    options.tuak = TuakKeys{SecretBytes(Bytes(size, 0x5A)), SecretBytes(Bytes(32, 0xC3)), 16, 2};
    auto package = again(*build_usim_profile(options));
    EXPECT_TRUE(is_sound(find_faults(package)));
    const auto& services = package.header()->eUICCMandatoryServices.services;
    EXPECT_NE(std::find(services.begin(), services.end(), size == 32 ? Service::tuak256 : Service::tuak128),
              services.end());
    for (auto& e : package.elements) {
      auto* aka = e.as<AkaParameter>();
      if (!aka) continue;
      const auto& algorithm = std::get<AlgoParameter>(aka->algoConfiguration.alt);
      EXPECT_EQ(algorithm.algorithmID, Algorithm::tuak);
      const auto parameters = tuak_parameters(algorithm);
      ASSERT_TRUE(parameters);
      EXPECT_EQ(*parameters, (crypto::TuakParameters{.res = 16, .iterations = 2}));
    }
    Subscriber other;
    other.k = SecretBytes(Bytes(size, 1));
    other.opc = SecretBytes(Bytes(32, 2));
    EXPECT_TRUE(personalise(package, other));
    other.opc = SecretBytes(Bytes(16, 2));
    EXPECT_EQ(personalise(package, other).error().kind, ErrorKind::invalid);
  }
  auto options = sample();
  options.tuak = TuakKeys{SecretBytes(Bytes(16, 1)), SecretBytes(Bytes(32, 2)), 32, 1};
  EXPECT_EQ(build_usim_profile(options).error().kind, ErrorKind::unsupported);
  options.tuak->res_size = 8;
  options.tuak->iterations = 0;
  EXPECT_EQ(build_usim_profile(options).error().kind, ErrorKind::invalid);
}

TEST(TuakOptions, say_every_size_once_and_refuse_what_is_reserved) {
  std::set<uint8_t> seen;
  for (size_t res : {4u, 8u, 16u, 32u}) {
    for (size_t mac : {8u, 16u, 32u}) {
      for (size_t key : {16u, 32u}) {
        const crypto::TuakParameters p{mac, res, key, key, 1};
        AlgoParameter algorithm;
        algorithm.algorithmOptions = tuak_options(p).value();
        EXPECT_TRUE(seen.insert(algorithm.algorithmOptions).second);
        EXPECT_EQ(tuak_parameters(algorithm).value(), p);
      }
    }
  }
  for (unsigned octet = 0; octet < 256; ++octet) {
    AlgoParameter algorithm;
    algorithm.algorithmOptions = Octet{static_cast<uint8_t>(octet)};
    EXPECT_EQ(tuak_parameters(algorithm).has_value(), seen.contains(static_cast<uint8_t>(octet))) << octet;
  }
  EXPECT_FALSE(tuak_options({.ck = 32, .ik = 16}));
}

TEST(Personalise, changes_nothing_where_a_place_is_missing) {
  auto package = build_usim_profile(sample()).value();
  std::erase_if(package.elements, [](auto& e) { return e.kind() == Kind::akaParameter; });
  Bytes before = encode(package);
  Subscriber s;
  s.imsi = Imsi::parse("001019876543213").value();
  s.k = SecretBytes(Bytes(16, 1));
  EXPECT_EQ(personalise(package, s).error().kind, ErrorKind::invalid);
  s.opc = SecretBytes(Bytes(16, 1));
  EXPECT_EQ(personalise(package, s).error().kind, ErrorKind::not_found);
  EXPECT_EQ(encode(package), before);
}

TEST(Print, hides_secrets_unless_asked) {
  auto package = again(*build_usim_profile(sample()));
  std::string shown = to_text(describe(package, true)), hidden = to_text(describe(package, false));
  for (auto secret :
       {"465B5CE8B199B49FAA5F0A2EE238A6BC", "CD63CB71954A9F4E48A5994E37A02BAF", "48152637", "83016429"}) {
    EXPECT_NE(shown.find(secret), std::string::npos) << secret;
    EXPECT_EQ(hidden.find(secret), std::string::npos) << secret;
  }
  for (auto told :
       {"89882110000000000009", "001010123456789", "Sealift", "+8821012345678", "Milenage", "EF.IMSI"}) {
    EXPECT_NE(hidden.find(told), std::string::npos) << told << "\n" << hidden;
  }
}

TEST(Print, every_ts48_package_prints) {
  auto all = test::ts48_packages();
  if (all.empty()) GTEST_SKIP() << "skipped: vectors not present";
  for (auto& v : all) {
    std::string text = to_text(describe(decode(v.octets).value(), false));
    EXPECT_NE(text.find("GSMA Generic eUICC Test Profile"), std::string::npos);
    EXPECT_EQ(text.find("filesUnreadable"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace sealift::saip
