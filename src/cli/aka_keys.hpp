// The options that give a subscriber's keys: --k with --opc or --op (Milenage), or with --topc or --top
// (TUAK). A key is hexadecimal digits, or @FILE that holds them, which keeps it out of the list of processes.
#pragma once

#include <CLI/App.hpp>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace sealift::cli {

struct AkaKeyOptions {
  std::string k, opc, op, topc, top;
  unsigned keccak = 1;
  unsigned res_bits = 64;
  bool given() const { return !k.empty() || !opc.empty() || !op.empty() || tuak(); }
  bool tuak() const { return !topc.empty() || !top.empty(); }
};
void add_aka_keys(CLI::App* cmd, AkaKeyOptions& o, bool required);

struct AkaKeys {
  SecretBytes k;             ///< 16 octets; with TUAK 16 or 32
  SecretBytes operator_key;  ///< OPc, 16 octets, or TOPc, 32; derived where OP or TOP was given
};
/// Errors name the option. Kinds: invalid, and those of reading a file.
Result<AkaKeys> aka_keys(const AkaKeyOptions& o);

}  // namespace sealift::cli
