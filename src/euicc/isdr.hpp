// The ISD-R: what ES10 functions work on, and the table that finds a function by its outer tag (SGP.22 5.7).
//
// Each function is a file of its own and a row in isdr.cpp: request TLV in, response TLV or status word out.
// Single thread, part of one Card.
#pragma once

#include "euicc/card.hpp"
#include "euicc/memory.hpp"
#include "euicc/session.hpp"

namespace sealift::euicc {

/// Response TLV (may be empty), or the status word where there is none.
using Reply = Result<Bytes, uint16_t>;

/// What is to happen to the running profile after a change of the Enabled Profile.
enum class ProfileSwitch : uint8_t {
  none,
  now,           ///< refreshFlag off: the device has prepared itself
  with_refresh,  ///< by REFRESH: at TERMINAL RESPONSE or reset
};

struct Isdr {
  Isdr(const CardPorts& card_ports, Memory card_memory) : ports(card_ports), memory(std::move(card_memory)) {}
  ~Isdr();
  Isdr(Isdr&&) = delete;

  const CardPorts& ports;
  Memory memory;
  Session session;
  ProfileSwitch profile_switch = ProfileSwitch::none;  ///< taken by the Card after each command
  bool refresh_pending = false;                        ///< set by the Card while a REFRESH is under way

  const Identity& identity() const { return memory.identity(); }
  /// Anchors, parsed at first need.
  Result<std::shared_ptr<const pki::TrustStore>> trust();
  /// Signs with the card's key of this credential.
  Result<messages::SignatureOctets> sign(uint8_t credential, std::initializer_list<View> parts);
  /// Tells the observer, where there is one.
  void decided(const Decision& decision);

 private:
  std::shared_ptr<const pki::TrustStore> trust_;
};

/// Finds and runs the function that a complete command TLV asks for. Status words: 6A80 where it is no TLV or
/// not of its type, 6A88 where there is no such function, 6581 and 6F00 where the card fails.
Reply run_function(Isdr& isdr, View command);

/// One or more octets of a Bound Profile Package. Answers nothing until the package has come to its result,
/// then the ProfileInstallationResult (once `last` is set, so that a script is never cut off in the middle).
Reply load_bound_profile_package(Isdr& isdr, View octets, bool last);
/// True where a script that begins with these octets belongs to a package.
bool belongs_to_package(const Isdr& isdr, View first_octets);
/// Ends a package that will not go on (new session, reset) with installFailedDueToInterruption.
Status interrupt_package(Isdr& isdr);
/// The same for a package that power loss cut off: its mark is still in memory.
Status report_interrupted_package(Isdr& isdr);

// ES10a
Reply get_euicc_configured_addresses(Isdr& isdr, View command);
Reply set_default_dp_address(Isdr& isdr, View command);
// ES10b
Reply get_euicc_challenge(Isdr& isdr, View command);
Reply get_euicc_info1(Isdr& isdr, View command);
Reply get_euicc_info2(Isdr& isdr, View command);
Reply authenticate_server(Isdr& isdr, View command);
Reply prepare_download(Isdr& isdr, View command);
Reply cancel_session(Isdr& isdr, View command);
Reply list_notification(Isdr& isdr, View command);
Reply retrieve_notifications_list(Isdr& isdr, View command);
Reply remove_notification_from_list(Isdr& isdr, View command);
Reply load_crl(Isdr& isdr, View command);
Reply get_rat(Isdr& isdr, View command);
// ES10c
Reply get_profiles_info(Isdr& isdr, View command);
Reply enable_profile(Isdr& isdr, View command);
Reply disable_profile(Isdr& isdr, View command);
Reply delete_profile(Isdr& isdr, View command);
Reply euicc_memory_reset(Isdr& isdr, View command);
Reply get_eid(Isdr& isdr, View command);
Reply set_nickname(Isdr& isdr, View command);

/// cRLNumber, with leading zeros. It must not be longer.
Octets<20> crl_number_of(const pki::Crl& crl);
/// The server's certificate is on a list that the card has of its CI.
bool is_revoked(const Isdr& isdr, const pki::VerifiedChain& server);

/// BF22 content, also signed in AuthenticateServer.
messages::EuiccInfo2 euicc_info2(const Isdr& isdr);

/// Decodes a command or gives 6A80.
#define DECODE(Type, command)                                              \
  (__extension__({                                                         \
    auto decoded_ = ::sealift::asn1::decode<messages::Type>(command);      \
    if (!decoded_) return ::sealift::Unexpected{uint16_t{sw::wrong_data}}; \
    std::move(*decoded_);                                                  \
  }))

}  // namespace sealift::euicc
