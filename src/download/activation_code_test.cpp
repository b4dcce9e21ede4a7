#include "download/activation_code.hpp"

#include <gtest/gtest.h>

namespace sealift::download {
namespace {

TEST(ActivationCode, reads_every_form_of_the_grammar) {
  struct {
    const char* text;
    const char* address;
    const char* token;
    const char* oid;
    bool cc;
  } forms[] = {
      {"1$smdp.example.com$04386-AGYFT-A74Y8-3F815", "smdp.example.com", "04386-AGYFT-A74Y8-3F815", "", false},
      {"LPA:1$smdp.example.com$T", "smdp.example.com", "T", "", false},
      {"lpa:1$smdp.example.com$T", "smdp.example.com", "T", "", false},
      {" LPA:1$smdp.example.com$T\n", "smdp.example.com", "T", "", false},
      {"1$smdp.example.com$", "smdp.example.com", "", "", false},
      {"1$smdp.example.com$T$1.3.6.1.4.1.31746", "smdp.example.com", "T", "1.3.6.1.4.1.31746", false},
      {"1$smdp.example.com$T$1.3.6.1.4.1.31746$1", "smdp.example.com", "T", "1.3.6.1.4.1.31746", true},
      {"1$smdp.example.com$T$$1", "smdp.example.com", "T", "", true},
      {"1$smdp.example.com$$1.3.6.1.4.1.31746", "smdp.example.com", "", "1.3.6.1.4.1.31746", false},
      {"1$smdp.example.com$T$", "smdp.example.com", "T", "", false},
      {"1$smdp.example.com$T$$", "smdp.example.com", "T", "", false},
      {"1$smdp.example.com$T$$1$later$fields", "smdp.example.com", "T", "", true},
      {"1$localhost:8443$lower-ok", "localhost:8443", "lower-ok", "", false},
  };
  for (auto& f : forms) {
    auto ac = ActivationCode::parse(f.text);
    ASSERT_TRUE(ac) << f.text << ": " << ac.error().message;
    EXPECT_EQ(ac->smdpAddress, f.address);
    EXPECT_EQ(ac->acToken.value(), f.token);
    EXPECT_EQ(ac->smdpOid ? ac->smdpOid->dotted() : "", f.oid);
    EXPECT_EQ(ac->confirmationCodeRequired, f.cc);
    EXPECT_EQ(ActivationCode::parse(ac->qr_text()).value(), *ac) << "what we write reads back";
  }
}

TEST(ActivationCode, refuses_what_is_none) {
  for (auto text : {"", "LPA:", "LPA:1", "LPA:1$", "LPA:1$smdp.example.com", "LPA:$smdp.example.com$T", "LPA:2$smdp.example.com$T",
                    "LPA:1$$T", "LPA:1$smdp example$T", "LPA:1$-a.com$T", "LPA:1$a..b$T", "LPA:1$a.b:0$T", "LPA:1$a.b:65536$T",
                    "LPA:1$a.b:x$T", "LPA:1$a.b$T$notanoid", "LPA:1$a.b$T$$2", "LPA:1$a.b$\xC3$", "https://example.com"}) {
    EXPECT_FALSE(ActivationCode::parse(text)) << text;
  }
}

TEST(ActivationCode, is_at_most_255_octets) {
  std::string head = "1$smdp.example.com$";
  EXPECT_TRUE(ActivationCode::parse("LPA:" + head + std::string(255 - head.size(), 'A')));
  EXPECT_EQ(ActivationCode::parse(head + std::string(256 - head.size(), 'A')).error().kind, ErrorKind::limit);
}

}  // namespace
}  // namespace sealift::download
