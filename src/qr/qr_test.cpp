#include "qr/qr.hpp"

#include <gtest/gtest.h>

namespace sealift::qr {
namespace {

constexpr const char* code = "LPA:1$smdp.example.com$04386-AGYFT-A74Y8-3F815";

TEST(Qr, what_is_written_as_png_reads_back) {
  for (unsigned scale : {2u, 3u, 8u}) {
    auto png = to_png(code, scale);
    ASSERT_TRUE(png);
    auto text = from_image(*png);
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_EQ(*text, code);
  }
}

TEST(Qr, terminal_and_svg_have_every_module) {
  std::string svg = to_svg(code).value();
  EXPECT_EQ(svg.substr(0, 4), "<svg");
  std::string plain = to_terminal(code, false).value();
  size_t lines = static_cast<size_t>(std::count(plain.begin(), plain.end(), '\n'));
  // 46 octets at level M are version 4: 33 modules and a quiet zone of 8, two a line.
  EXPECT_EQ(lines, 21u);
  EXPECT_NE(to_terminal(code, true)->find("\x1b[30;107m"), std::string::npos);
}

TEST(Qr, refuses_what_is_no_image_or_has_no_code) {
  EXPECT_EQ(from_image(view("hello")).error().kind, ErrorKind::invalid);
  Bytes png = to_png(code).value();
  EXPECT_FALSE(from_image(View(png).first(png.size() / 2)));
  EXPECT_EQ(from_image_file("no/such/file.png").error().kind, ErrorKind::not_found);
  Bytes damaged_jpeg{0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 'J', 'F', 'I', 'F'};
  EXPECT_EQ(from_image(damaged_jpeg).error().kind, ErrorKind::invalid);
}

TEST(Qr, refuses_text_that_does_not_fit) {
  EXPECT_EQ(to_png(std::string(4000, 'a')).error().kind, ErrorKind::limit);
}

}  // namespace
}  // namespace sealift::qr
