#include "asn1/time.hpp"

#include <gtest/gtest.h>

namespace sealift::asn1 {

TEST(X509Time, reads_both_forms) {
  EXPECT_EQ(rfc3339(*parse_utc_time(view("200401094858Z"))), "2020-04-01T09:48:58Z");
  EXPECT_EQ(rfc3339(*parse_utc_time(view("491231235959Z"))), "2049-12-31T23:59:59Z");
  EXPECT_EQ(rfc3339(*parse_utc_time(view("500101000000Z"))), "1950-01-01T00:00:00Z");
  EXPECT_EQ(rfc3339(*parse_generalized_time(view("74960124094858Z"))), "7496-01-24T09:48:58Z");
  EXPECT_EQ(rfc3339(*parse_x509_time(0x17, view("200229000000Z"))), "2020-02-29T00:00:00Z");
}

TEST(X509Time, refuses_what_is_no_instant) {
  for (const char* s : {"", "2004010948Z", "200401094858", "200401094858+0100", "201301000000Z",
                        "200001000000Z", "210229000000Z", "200401240000Z", "200401006000Z", "200401000060Z",
                        "2004010948 8Z", "-00401094858Z", "200401094858z"}) {
    EXPECT_FALSE(parse_utc_time(view(s))) << s;
  }
  for (const char* s :
       {"200401094858Z", "20200401094858.5Z", "20200401094858", "20200432094858Z", "2020040109485xZ"}) {
    EXPECT_FALSE(parse_generalized_time(view(s))) << s;
  }
  EXPECT_FALSE(parse_x509_time(0x04, view("200401094858Z")));
}

TEST(X509Time, writes_the_form_that_rfc_5280_demands) {
  for (const char* s :
       {"1950-01-01T00:00:00Z", "2020-04-01T09:48:58Z", "2049-12-31T23:59:59Z", "2050-01-01T00:00:00Z",
        "7496-01-24T09:48:58Z", "9999-12-31T23:59:59Z", "1949-12-31T23:59:59Z"}) {
    Time t = *parse_rfc3339(s);
    X509Time x = x509_time(t);
    EXPECT_EQ(x.tag == tag_utc_time, std::string_view(s) >= "1950" && std::string_view(s) < "2050") << s;
    EXPECT_EQ(*parse_x509_time(x.tag, view(x.content)), t) << s;
  }
}

TEST(Rfc3339, refuses_other_zones_and_forms) {
  for (const char* s : {"2026-11-20", "2026-11-20T22:54:54+01:00", "2026-11-20 22:54:54Z",
                        "2026-11-31T22:54:54Z", "2026-11-20T24:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(s)) << s;
  }
}

}  // namespace sealift::asn1
