#include <png.h>

#include <qrcodegen/qrcodegen.hpp>

#include "qr/qr.hpp"

namespace sealift::qr {

using qrcodegen::QrCode;

static constexpr int quiet = 4;

static Result<QrCode> make(std::string_view text) {
  try {
    return QrCode::encodeText(std::string(text).c_str(), QrCode::Ecc::MEDIUM);
  } catch (const qrcodegen::data_too_long&) {
    return Error{ErrorKind::limit, "the text is too long for a QR code"};
  }
}

Result<std::string> to_terminal(std::string_view text, bool colours) {
  QrCode code = TRY(make(text));
  int size = code.getSize();
  std::string out;
  for (int y = -quiet; y < size + quiet; y += 2) {
    if (colours) out += "\x1b[30;107m";  // black on bright white
    for (int x = -quiet; x < size + quiet; ++x) {
      bool top = code.getModule(x, y), bottom = code.getModule(x, y + 1);
      if (!colours) {
        top = !top;
        bottom = !bottom;
      }
      out += top && bottom ? "\u2588" : top ? "\u2580" : bottom ? "\u2584" : " ";
    }
    out += colours ? "\x1b[0m\n" : "\n";
  }
  return out;
}

Result<std::string> to_svg(std::string_view text) {
  QrCode code = TRY(make(text));
  int size = code.getSize();
  std::string side = std::to_string(size + 2 * quiet);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + side + " " + side +
                    "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h" + side + "v" + side +
                    "H0z\"/><path d=\"";
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      if (code.getModule(x, y))
        out += "M" + std::to_string(x + quiet) + " " + std::to_string(y + quiet) + "h1v1h-1z";
    }
  }
  return out + "\"/></svg>\n";
}

Result<Bytes> to_png(std::string_view text, unsigned scale) {
  if (scale == 0 || scale > 64)
    return Error{ErrorKind::invalid, "a QR code's scale is 1 to 64 pixels a module"};
  QrCode code = TRY(make(text));
  unsigned side = static_cast<unsigned>(code.getSize() + 2 * quiet) * scale;
  Bytes pixels(size_t{side} * side, 0xFF);
  for (unsigned y = 0; y < side; ++y) {
    for (unsigned x = 0; x < side; ++x) {
      if (code.getModule(static_cast<int>(x / scale) - quiet, static_cast<int>(y / scale) - quiet)) {
        pixels[size_t{y} * side + x] = 0;
      }
    }
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = side;
  image.format = PNG_FORMAT_GRAY;
  png_alloc_size_t size = 0;
  Bytes out;
  bool ok = png_image_write_to_memory(&image, nullptr, &size, 0, pixels.data(), 0, nullptr) != 0;
  if (ok) {
    out.resize(size);
    ok = png_image_write_to_memory(&image, out.data(), &size, 0, pixels.data(), 0, nullptr) != 0;
  }
  if (!ok) return Error{ErrorKind::internal, std::string("PNG: ") + image.message};
  out.resize(size);
  return out;
}

}  // namespace sealift::qr
