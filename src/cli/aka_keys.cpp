#include "cli/aka_keys.hpp"

#include <initializer_list>

#include "base/bytes.hpp"
#include "cli/command.hpp"
#include "crypto/milenage.hpp"
#include "crypto/tuak.hpp"

namespace sealift::cli {

namespace {

/// A key of one of these sizes, in octets.
Result<SecretBytes> read_secret(const char* option, const std::string& given,
                                std::initializer_list<size_t> sizes) {
  std::string text = given;
  if (given.starts_with("@")) text = TRY(read_file(given.substr(1), 1024));
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.pop_back();
  auto octets = from_hex(text);
  wipe({reinterpret_cast<uint8_t*>(text.data()), text.size()});
  std::string allowed;
  for (size_t size : sizes) {
    if (octets && octets->size() == size) return SecretBytes(std::move(*octets));
    allowed += (allowed.empty() ? "" : " or ") + std::to_string(2 * size);
  }
  return Error{ErrorKind::invalid,
               std::string(option) + " needs " + allowed + " hexadecimal digits, or @FILE with them"};
}

Result<AkaKeys> tuak_keys(const AkaKeyOptions& o) {
  AkaKeys out;
  out.k = TRY(read_secret("--k", o.k, {16, 32}));
  if (o.top.empty()) {
    out.operator_key = TRY(read_secret("--topc", o.topc, {32}));
    return out;
  }
  const SecretBytes top = TRY(read_secret("--top", o.top, {32}));
  const Secret<32> topc = TRY(crypto::Tuak::derive_topc(out.k.expose(), top.expose(), o.keccak));
  out.operator_key = SecretBytes(to_bytes(topc.expose()));
  return out;
}

Result<AkaKeys> milenage_keys(const AkaKeyOptions& o) {
  AkaKeys out;
  out.k = TRY(read_secret("--k", o.k, {16}));
  if (o.op.empty()) {
    out.operator_key = TRY(read_secret("--opc", o.opc, {16}));
    return out;
  }
  const SecretBytes op = TRY(read_secret("--op", o.op, {16}));
  const Secret<16> opc =
      crypto::Milenage::derive_opc(out.k.expose().first<16>(), op.expose().first<16>());
  out.operator_key = SecretBytes(to_bytes(opc.expose()));
  return out;
}

}  // namespace

void add_aka_keys(CLI::App* cmd, AkaKeyOptions& o, bool required) {
  cmd->add_option("--k", o.k, "K: 32 hexadecimal digits (TUAK: 32 or 64), or @FILE that holds them")
      ->required(required)
      ->type_name("HEX");
  auto* keys = cmd->add_option_group("operator key");
  keys->require_option(required ? 1 : 0, 1);
  auto* opc = keys->add_option("--opc", o.opc, "Milenage: OPc, given as K is")->type_name("HEX");
  auto* op = keys->add_option("--op", o.op, "Milenage: OP, from which OPc is derived")->type_name("HEX");
  keys->add_option("--topc", o.topc, "TUAK: TOPc, 64 hexadecimal digits")->type_name("HEX");
  keys->add_option("--top", o.top, "TUAK: TOP, from which TOPc is derived")->type_name("HEX");
  cmd->add_option("--keccak", o.keccak, "TUAK: how often Keccak is applied")
      ->check(CLI::Range(1, 255))
      ->excludes(opc)
      ->excludes(op)
      ->capture_default_str();
  if (!required) return;  // a package that is personalised keeps its own size of RES
  cmd->add_option("--res", o.res_bits, "TUAK: bits of RES")
      ->check(CLI::IsMember({32, 64, 128}))
      ->excludes(opc)
      ->excludes(op)
      ->capture_default_str();
}

Result<AkaKeys> aka_keys(const AkaKeyOptions& o) {
  if (o.tuak()) return tuak_keys(o);
  if (o.opc.empty() && o.op.empty())
    return Error{ErrorKind::invalid, "give --opc or --op, or --topc or --top for TUAK"};
  return milenage_keys(o);
}

}  // namespace sealift::cli
