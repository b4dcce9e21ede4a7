// sealift qr: activation codes as pictures, written and read.
#include "qr/qr.hpp"

#include <unistd.h>

#include "cli/command.hpp"
#include "download/activation_code.hpp"

namespace sealift::cli {

namespace {

struct ShowOptions {
  std::string code, svg, png;
  unsigned scale = 8;
  bool plain = false;
};

/// What the code says, for people and for programs.
boost::json::object describe(const std::string& text, const download::ActivationCode& code) {
  boost::json::object out{{"text", text},
                          {"smdpAddress", code.smdpAddress},
                          {"acToken", code.acToken.value()},
                          {"confirmationCodeRequired", code.confirmationCodeRequired}};
  if (code.smdpOid) out["smdpOid"] = code.smdpOid->dotted();
  return out;
}

/// The text goes into the picture as it was given: fields that we do not know stay.
std::string with_prefix(std::string text) {
  size_t begin = text.find_first_not_of(" \t\r\n"), end = text.find_last_not_of(" \t\r\n");
  text = text.substr(begin, end - begin + 1);
  bool has_prefix = text.size() > 4 && text[3] == ':';
  return "LPA:" + (has_prefix ? text.substr(4) : text);
}

Status draw(const ShowOptions& o, const std::string& text, Output& out) {
  if (!o.svg.empty()) {
    std::string image = TRY(qr::to_svg(text));
    TRY_VOID(write_file(o.svg, image, false));
  }
  if (!o.png.empty()) {
    Bytes image = TRY(qr::to_png(text, o.scale));
    TRY_VOID(write_file(o.png, sealift::text(image), false));
  }
  if (o.svg.empty() && o.png.empty()) {
    bool colours = !o.plain && ::isatty(1);
    std::string picture = TRY(qr::to_terminal(text, colours));
    out.line(picture.substr(0, picture.size() - 1));
    out.line(text);
  }
  return {};
}

int show(const ShowOptions& o, Output& out) {
  auto code = download::ActivationCode::parse(o.code);
  if (!code) return out.fail(code.error());
  std::string text = with_prefix(o.code);
  Status drawn = draw(o, text, out);
  if (!drawn) return out.fail(drawn.error());
  out.object(describe(text, *code));
  return exit_ok;
}

int read(const std::string& image, Output& out) {
  auto text = qr::from_image_file(image);
  if (!text) return out.fail(text.error());
  auto code = download::ActivationCode::parse(*text);
  if (!code) return out.fail(std::move(code.error()).within(image + ": the QR code holds no activation code"));
  out.line(*text);
  out.line("SM-DP+            " + code->smdpAddress);
  if (!code->acToken.empty()) out.line("Matching ID       " + code->acToken.value());
  if (code->smdpOid) out.line("OID of the server " + code->smdpOid->dotted());
  if (code->confirmationCodeRequired) out.line("A confirmation code is needed: ask the operator for it.");
  out.object(describe(*text, *code));
  return exit_ok;
}

void add_show(CLI::App& app, Output& out) {
  auto o = std::make_shared<ShowOptions>();
  auto* cmd = app.add_subcommand("show", "Draw an activation code on the terminal, or into a file");
  cmd->add_option("code", o->code, "Activation code, with or without LPA:")->required()->type_name("CODE");
  auto* svg = cmd->add_option("--svg", o->svg, "Write an SVG image; - is standard output")->type_name("FILE");
  auto* png = cmd->add_option("--png", o->png, "Write a PNG image; - is standard output")->type_name("FILE")->excludes(svg);
  cmd->add_option("--scale", o->scale, "Pixels a module of the PNG image")
      ->check(CLI::Range(1u, 64u))
      ->needs(png)
      ->capture_default_str();
  cmd->add_flag("--plain", o->plain, "Without colours, for a dark terminal");
  cmd->footer("Example:  sealift qr show 'LPA:1$smdp.example.com$04386-AGYFT-A74Y8-3F815' --png code.png");
  on_run(cmd, out, [o](Output& output) { return show(*o, output); });
}

void add_read(CLI::App& app, Output& out) {
  auto image = std::make_shared<std::string>();
  auto* cmd = app.add_subcommand("read", "Read the activation code in a PNG or JPEG image");
  cmd->add_option("image", *image, "The picture")->required()->type_name("IMAGE");
  cmd->footer("Example:  sealift qr read code.png");
  on_run(cmd, out, [image](Output& output) { return read(*image, output); });
}

void add_qr(CLI::App& app, Output& out) {
  auto* cmd = app.add_subcommand("qr", "Activation codes as QR codes: draw one, read one");
  cmd->require_subcommand(1);
  cmd->footer("Example:  sealift qr show 'LPA:1$smdp.example.com$04386-AGYFT-A74Y8-3F815'");
  add_show(*cmd, out);
  add_read(*cmd, out);
}

}  // namespace

SEALIFT_COMMAND(add_qr)

}  // namespace sealift::cli
