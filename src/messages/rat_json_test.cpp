#include "messages/rat_json.hpp"

#include <gtest/gtest.h>

namespace sealift::messages {
namespace {

TEST(RatJson, reads_a_table_in_its_order) {
  auto rules = parse_rat(R"([
    {"rules": ["ppr1", "ppr2"], "operators": [{"network": "00101"}]},
    {"rules": ["ppr2"], "operators": [{"network": "310EEE", "gid1": "", "gid2": "0aFF"}, {"network": "EEEEEE"}],
     "consent": true}])");
  ASSERT_TRUE(rules);
  ASSERT_EQ(rules->size(), 2u);
  const auto& first = (*rules)[0];
  EXPECT_EQ(first.pprIds, (PprIds{PprId::ppr1, PprId::ppr2}));
  EXPECT_EQ(first.allowedOperators, (std::vector<OperatorId>{{{0x00, 0xF1, 0x10}, {}, {}, {}}}));
  EXPECT_FALSE(first.pprFlags.contains(PprFlag::consentRequired));
  const auto& second = (*rules)[1];
  EXPECT_EQ(second.pprIds, PprIds{PprId::ppr2});
  ASSERT_EQ(second.allowedOperators.size(), 2u);
  EXPECT_EQ(second.allowedOperators[0], (OperatorId{{0x13, 0xE0, 0xEE}, Bytes{}, Bytes{0x0A, 0xFF}, {}}));
  EXPECT_EQ(second.allowedOperators[1].mccMnc, (Octets<3>{0xEE, 0xEE, 0xEE}));
  EXPECT_TRUE(second.pprFlags.contains(PprFlag::consentRequired));
  EXPECT_TRUE(parse_rat("[]")->empty()) << "nobody may set a rule";
}

TEST(RatJson, writes_what_it_reads) {
  const std::string entry =
      R"({"rules":["ppr1","ppr2"],"operators":[{"network":"310EEE","gid1":"","gid2":"0AFF"},{"network":"00101"}],"consent":true})";
  auto rules = parse_rat("[" + entry + "]");
  ASSERT_TRUE(rules);
  EXPECT_EQ(rat_entries(*rules), std::vector<std::string>{entry});
}

TEST(RatJson, says_which_entry_is_wrong) {
  auto why = [](std::string_view text) { return parse_rat(text).error().message; };
  EXPECT_NE(why("{}").find("list"), std::string::npos);
  EXPECT_NE(why("[").find("list"), std::string::npos);
  const char* good = R"({"rules": ["ppr1"], "operators": [{"network": "00101"}]})";
  for (const char* bad :
       {"1", "{}", R"({"rules": [], "operators": [{"network": "00101"}]})",
        R"({"rules": ["ppr3"], "operators": [{"network": "00101"}]})", R"({"rules": ["ppr1"]})",
        R"({"rules": ["ppr1"], "operators": []})", R"({"rules": ["ppr1"], "operators": [{"gid1": "01"}]})",
        R"({"rules": ["ppr1"], "operators": [{"network": "0010"}]})",
        R"({"rules": ["ppr1"], "operators": [{"network": "0010F"}]})",
        R"({"rules": ["ppr1"], "operators": [{"network": "00101", "gid1": "x"}]})",
        R"({"rules": ["ppr1"], "operators": [{"network": "00101", "gid3": ""}]})",
        R"({"rules": ["ppr1"], "operators": [{"network": "00101"}], "consent": 1})",
        R"({"rules": ["ppr1"], "operators": [{"network": "00101"}], "Consent": true})"}) {
    std::string message = why("[" + std::string(good) + "," + bad + "]");
    EXPECT_NE(message.find("entry 2"), std::string::npos) << bad << ": " << message;
  }
}

}  // namespace
}  // namespace sealift::messages
