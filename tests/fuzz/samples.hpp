// What several targets begin with: a PKI, profile packages, a card with two of them.
#pragma once

#include "euicc/test_support.hpp"
#include "pki/issue.hpp"
#include "saip/build.hpp"
#include "saip/package.hpp"

namespace sealift::fuzz {

/// The same in every process; made at first need.
const pki::Hierarchy& hierarchy();
/// One on brainpoolP256r1.
const pki::Hierarchy& brainpool_hierarchy();

/// The ICCIDs of the profiles below.
inline constexpr std::string_view first_iccid = "8949000000000000017", second_iccid = "8949000000000000025",
                                  third_iccid = "8949000000000000033";
/// What the builder makes of a subscriber record, with or without all that may be left out.
saip::Package built_profile(std::string_view iccid, bool everything);
/// A package whose elements the builder does not make: each kind with its members.
Bytes unusual_profile();

/// The memory of a card that holds two profiles, the first enabled, and pending notifications.
const Bytes& card_memory();
/// The memory of a card as it leaves the factory.
const Bytes& new_card_memory();

/// What must hold of a card's memory whatever was said at its door: it opens, and is the card that it was.
void require_same_card(const Bytes& memory);

/// The sessions of a download, as APDUs, between a card over this memory, whose randomness starts at
/// `card_seed`, and a server; then what further functions of the card are given.
std::vector<Bytes> recorded_download(const Bytes& memory);

/// Where the random octets of a card in a fuzz target start, so that a recorded download is one again.
inline constexpr uint64_t card_seed = 4711;

}  // namespace sealift::fuzz
