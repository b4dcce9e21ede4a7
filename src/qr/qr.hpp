// QR codes of activation codes: written for the terminal, as PNG and as SVG; read from an image file.
//
// SGP.22 4.1.3.2: the code is "LPA:" and the activation code. Error correction level M, quiet zone of four
// modules. Pure functions but for reading, which opens the file.
#pragma once

#include <string>

#include "base/bytes.hpp"

namespace sealift::qr {

/// Two rows of modules a line of text, by Unicode half blocks, dark on light whatever the terminal's colours
/// are (with ANSI colours) or plain where `colours` is false (light modules are drawn: for dark terminals).
/// Error kind: limit where the text does not fit a QR code.
Result<std::string> to_terminal(std::string_view text, bool colours);
/// `scale`: pixels a module, 1 to 64.
Result<Bytes> to_png(std::string_view text, unsigned scale = 8);
Result<std::string> to_svg(std::string_view text);

/// The text of the one QR code in a PNG or JPEG image of at most 40 million pixels.
/// Errors: not_found (no file, or no QR code in it), invalid (no image that we read), limit.
Result<std::string> from_image_file(const std::string& path);
/// The same from the octets of an image.
Result<std::string> from_image(View image);

}  // namespace sealift::qr
