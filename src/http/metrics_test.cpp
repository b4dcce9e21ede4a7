// Figures in the text format of Prometheus.
#include "http/metrics.hpp"

#include <gmock/gmock.h>

#include <sstream>
#include <thread>

namespace sealift::http {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(MetricsPage, groups_samples_of_a_family_and_escapes_labels) {
  MetricsPage page;
  page.counter("a_total", "Of a.", label("x", "1"), 1);
  page.gauge("b", "Of b.", "", 2.5);
  page.counter("a_total", "Of a.", label("x", "q\"b\\n\n"), 3);
  EXPECT_EQ(
      page.text(),
      "# HELP a_total Of a.\n# TYPE a_total counter\na_total{x=\"1\"} 1\na_total{x=\"q\\\"b\\\\n\\n\"} 3\n"
      "# HELP b Of b.\n# TYPE b gauge\nb 2.5\n");
}

TEST(Histogram, counts_a_duration_in_each_bucket_that_is_not_below_it) {
  Histogram h;
  for (int ms : {0, 1, 2, 49, 51, 20'000}) h.observe(milliseconds(ms));
  MetricsPage page;
  h.write(page, "s", "Seconds.", label("f", "g"));
  const std::string text = page.text();
  EXPECT_THAT(text, HasSubstr("s_bucket{f=\"g\",le=\"0.0005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("s_bucket{f=\"g\",le=\"0.001\"} 2\n")) << "a bound is in its bucket";
  EXPECT_THAT(text, HasSubstr("s_bucket{f=\"g\",le=\"0.05\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("s_bucket{f=\"g\",le=\"0.1\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("s_bucket{f=\"g\",le=\"10\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("s_bucket{f=\"g\",le=\"+Inf\"} 6\n"));
  EXPECT_THAT(text, HasSubstr("s_count{f=\"g\"} 6\n"));
  EXPECT_THAT(text, HasSubstr("s_sum{f=\"g\"} 20.103\n"));
}

class RequestFiguresTest : public ::testing::Test {
 protected:
  RequestFiguresTest() {
    const auto answer = [](const Request& request) {
      Response out{200, "text/plain", "", {}};
      if (request.body == "no") out.outcome = &refusal;
      return out;
    };
    router.add("POST", "/gsma/rsp2/es9plus/getBoundProfilePackage", answer);
    router.add_below("GET", "/admin/v1/orders/", answer);
  }
  void ask(const char* method, const char* path, const char* body = "") {
    Request request{method, path, "", {}, body, "192.0.2.1:5"};
    const Response response = router.answer(request);
    figures->answered({request, response, 1, milliseconds(3)});
  }
  std::string text() const {
    MetricsPage page;
    figures->write(page);
    return page.text();
  }
  static constexpr Outcome refusal{"8.2.6", "3.8"};
  Router router;
  std::optional<RequestFigures> figures;
};

TEST_F(RequestFiguresTest, count_by_function_status_and_codes) {
  figures.emplace("es9plus", router);
  ask("POST", "/gsma/rsp2/es9plus/getBoundProfilePackage");
  ask("POST", "/gsma/rsp2/es9plus/getBoundProfilePackage", "no");
  ask("GET", "/gsma/rsp2/es9plus/getBoundProfilePackage");
  const std::string bpp = "{listener=\"es9plus\",function=\"getBoundProfilePackage\"";
  EXPECT_THAT(text(), HasSubstr("sealift_responses_total" + bpp + ",status=\"2xx\"} 2\n"));
  EXPECT_THAT(text(), HasSubstr("sealift_responses_total" + bpp + ",status=\"4xx\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("sealift_refusals_total" + bpp + ",subject=\"8.2.6\",reason=\"3.8\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("sealift_request_seconds_count" + bpp + "} 3\n"));
}

TEST_F(RequestFiguresTest, show_nothing_that_a_client_chose) {
  figures.emplace("admin", router);
  ask("GET", "/admin/v1/orders/8988211000000000028");
  ask("GET", "/secret-8988211000000000028");
  EXPECT_THAT(text(), Not(HasSubstr("89882110")));
  EXPECT_THAT(text(), HasSubstr("{listener=\"admin\",function=\"orders\",status=\"2xx\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("{listener=\"admin\",function=\"unknown\",status=\"4xx\"} 1\n"));
}

TEST_F(RequestFiguresTest, name_a_function_of_the_administration_with_what_it_is_of) {
  EXPECT_EQ(function_of("/admin/v1/tenants/change"), "tenants/change");
  EXPECT_EQ(function_of("/admin/v1/tenants"), "tenants");
  EXPECT_EQ(function_of("/admin/v1/tenants/"), "tenants");
  EXPECT_EQ(function_of("/gsma/rsp2/es9plus/cancelSession"), "cancelSession");
}

TEST_F(RequestFiguresTest, lose_nothing_among_threads) {
  figures.emplace("es9plus", router);
  static std::array<Outcome, 100> many;
  for (Outcome& one : many) one = {"8.1", "6.1"};
  constexpr int threads = 4, each = 2000;
  {
    std::vector<std::jthread> all;
    for (int t = 0; t < threads; ++t) {
      all.emplace_back([this] {
        Response response{200, "", "", {}};
        response.route = "/gsma/rsp2/es9plus/getBoundProfilePackage";
        const Request request{};
        for (size_t i = 0; i < each; ++i) {
          response.outcome = &many[i % many.size()];
          figures->answered({request, response, i, milliseconds(1)});
        }
      });
    }
  }
  uint64_t counted = 0;
  std::istringstream lines(text());
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("sealift_refusals_total")) counted += std::stoull(line.substr(line.rfind(' ')));
  EXPECT_EQ(counted, uint64_t{threads} * each) << "more kinds than there are places for are counted together";
}

}  // namespace
}  // namespace sealift::http
