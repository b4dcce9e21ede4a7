// What TLS and HTTP cannot cost less than, measured: for bench/floor, which compares a server with the sum of
// its parts (DESIGN section 5). CPU time of the server's side alone, on the calling thread.
#pragma once

#include <cstdint>

#include "http/tls.hpp"

namespace sealift::http {

/// One full TLS 1.3 handshake at the server, in microseconds: the median of `rounds`, over a pair of buffers
/// in memory. The identity must be valid at `now` for `host` under `trusted_ci`. Errors: as TlsContext.
Result<double> handshake_cost_us(const TlsIdentity& identity, const Bytes& trusted_ci,
                                 const std::string& host, Time now, unsigned rounds);

/// Sizes of one exchange's bodies, in octets.
struct ExchangeSizes {
  size_t request;
  size_t response;
};
/// The server's part of these HTTP exchanges over one established TLS connection on loopback TCP, in
/// microseconds: read, parse, write; the median of `rounds`.
Result<double> exchanges_cost_us(const TlsIdentity& identity, const Bytes& trusted_ci,
                                 const std::string& host, Time now,
                                 const std::vector<ExchangeSizes>& exchanges, unsigned rounds);

}  // namespace sealift::http
