#include <ZXing/DecodeHints.h>
#include <ZXing/ReadBarcode.h>
#include <jpeglib.h>
#include <png.h>

#include <csetjmp>

#include "base/files.hpp"
#include "qr/qr.hpp"

namespace sealift::qr {

static constexpr uint64_t max_pixels = 40'000'000;
static constexpr size_t max_file = 32u << 20;

namespace {
struct Picture {
  int width = 0, height = 0;
  Bytes grey;
};
}  // namespace

static Error too_large() {
  return Error{ErrorKind::limit, "the image has more than 40 million pixels: crop it to the QR code"};
}

static Result<Picture> read_png(View file) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(&image, file.data(), file.size())) {
    return Error{ErrorKind::invalid, std::string("the PNG image is damaged: ") + image.message};
  }
  image.format = PNG_FORMAT_GRAY;
  if (uint64_t{image.width} * image.height > max_pixels) {
    png_image_free(&image);
    return too_large();
  }
  Picture out{static_cast<int>(image.width), static_cast<int>(image.height), Bytes(PNG_IMAGE_SIZE(image))};
  png_color white{255, 255, 255};  // behind transparent pixels
  if (!png_image_finish_read(&image, &white, out.grey.data(), 0, nullptr)) {
    return Error{ErrorKind::invalid, std::string("the PNG image is damaged: ") + image.message};
  }
  return out;
}

namespace {
// libjpeg leaves through error_exit; nothing with a destructor may live between setjmp and it.
struct JpegErrors {
  jpeg_error_mgr base;
  std::jmp_buf leave;
};
}  // namespace

static bool read_jpeg_rows(jpeg_decompress_struct& jpeg, JpegErrors& errors, View file, Picture& out,
                           bool& large) {
  if (setjmp(errors.leave)) return false;
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, file.data(), file.size());
  jpeg_read_header(&jpeg, TRUE);
  large = uint64_t{jpeg.image_width} * jpeg.image_height > max_pixels;
  if (large) return false;
  jpeg.out_color_space = JCS_GRAYSCALE;
  jpeg_start_decompress(&jpeg);
  out.width = static_cast<int>(jpeg.output_width);
  out.height = static_cast<int>(jpeg.output_height);
  out.grey.resize(size_t{jpeg.output_width} * jpeg.output_height);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = out.grey.data() + size_t{jpeg.output_scanline} * jpeg.output_width;
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_decompress(&jpeg);
  return true;
}

static Result<Picture> read_jpeg(View file) {
  jpeg_decompress_struct jpeg{};
  JpegErrors errors;
  jpeg.err = jpeg_std_error(&errors.base);
  errors.base.error_exit = [](j_common_ptr c) {
    std::longjmp(reinterpret_cast<JpegErrors*>(c->err)->leave, 1);
  };
  errors.base.output_message = [](j_common_ptr) {};
  Picture out;
  bool large = false;
  bool ok = read_jpeg_rows(jpeg, errors, file, out, large);
  jpeg_destroy_decompress(&jpeg);
  if (large) return too_large();
  if (!ok) return Error{ErrorKind::invalid, "the JPEG image is damaged"};
  return out;
}

Result<std::string> from_image(View image) {
  static constexpr uint8_t png_magic[] = {0x89, 'P', 'N', 'G'};
  static constexpr uint8_t jpeg_magic[] = {0xFF, 0xD8, 0xFF};
  auto begins = [&](View magic) {
    return image.size() > magic.size() && equal(image.first(magic.size()), magic);
  };
  if (!begins(png_magic) && !begins(jpeg_magic)) {
    return Error{ErrorKind::invalid, "the file is no PNG or JPEG image"};
  }
  Picture p = TRY(begins(png_magic) ? read_png(image) : read_jpeg(image));
  ZXing::DecodeHints hints;
  hints.setFormats(ZXing::BarcodeFormat::QRCode);
  ZXing::Result found =
      ZXing::ReadBarcode(ZXing::ImageView(p.grey.data(), p.width, p.height, ZXing::ImageFormat::Lum), hints);
  if (!found.isValid()) return Error{ErrorKind::not_found, "there is no readable QR code in the image"};
  std::string out;
  for (wchar_t c : found.text()) {  // an activation code is ASCII (SGP.22 4.1)
    if (c > 0x7F) return Error{ErrorKind::invalid, "the QR code holds no activation code"};
    out.push_back(static_cast<char>(c));
  }
  return out;
}

Result<std::string> from_image_file(const std::string& path) {
  Bytes file = TRY(read_file(path, max_file));
  auto out = from_image(file);
  if (!out) return std::move(out.error()).within(path);
  return out;
}

}  // namespace sealift::qr
