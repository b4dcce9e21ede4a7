// A handset's network side: finds the USIM on the card and answers the network's challenge with it.
//
// Works over any ApduTransport on the basic channel, as a modem does (TS 31.102, TS 102 221). One thread.
#pragma once

#include "auc/auc.hpp"
#include "download/ports.hpp"

namespace sealift::lab {

/// What came of an attempt to register.
struct Attach {
  Imsi imsi;                    ///< read from the card
  bool resynchronised = false;  ///< the card asked for it once
  std::vector<auc::CloneSuspected> suspicions;
};

class Handset {
 public:
  explicit Handset(download::ApduTransport& card) : card_(card) {}

  /// TERMINAL PROFILE, the first thing after a reset (TS 102 223 5.2): says that the handset fetches
  /// proactive commands, so that a profile switch comes as REFRESH.
  Status start();
  /// Selects the USIM and reads EF_IMSI. Errors: not_found (no USIM: no enabled profile), permission (PIN).
  Result<Imsi> read_imsi();
  /// VERIFY PIN 1, where the profile asks for it. Error kind permission with the tries that are left.
  Status verify_pin(std::string_view pin);
  /// The whole of UMTS AKA against an authentication centre: vector, AUTHENTICATE, RES checked; a card that
  /// finds the number out of order is resynchronised once (TS 33.102 6.3).
  Result<Attach> attach(const auc::Ports& centre);
  /// A file's content by path of FIDs from the MF, such as {0x3F00, 0x2FE2}: transparent files, or all
  /// records.
  Result<Bytes> read_file(std::span<const uint16_t> path);

  /// AUTHENTICATE in 3G context (TS 31.102 7.1): the response's data, DB.. or DC... Error kind verification
  /// for status 9862.
  Result<Bytes> authenticate(const Octets<16>& rand, const Octets<16>& autn);

 private:
  struct Answer {
    Bytes data;
    uint16_t sw = 0;
  };
  Result<Answer> exchange(Bytes command);
  Status select_usim();
  download::ApduTransport& card_;
};

}  // namespace sealift::lab
