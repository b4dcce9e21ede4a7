// A profile to try commands on: a small image made by hand, a store in memory, and APDUs by their octets.
// For this room's tests.
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "euicc/usim_running.hpp"

namespace sealift::euicc::test {

/// Keeps changes in RAM; `broken` makes it fail as a full or failing memory does.
class MemoryStore final : public ProfileStore {
 public:
  Status commit(std::span<const ProfileChange> changes) override;
  std::vector<ProfileChange> all() const;
  std::map<std::string, Bytes> kept;
  size_t commits = 0;
  bool broken = false;
};

Bytes h(std::string_view digits);

// Access rules of the image: records of both EF_ARR, by their use.
inline constexpr uint8_t rule_free_read = 1;  // read always, update ADM1
inline constexpr uint8_t rule_pin = 2;    // read and update PIN1, increase PIN1, deactivate and activate ADM1
inline constexpr uint8_t rule_pin2 = 3;   // read PIN1, update PIN1 and PIN2
inline constexpr uint8_t rule_never = 4;  // read ADM1, update never
Bytes arr_content();

struct Fid {
  static constexpr uint16_t arr_mf = 0x2F06, iccid = 0x2FE2, telecom = 0x7F10, adn = 0x6F3A,
                            usim_arr = 0x6F06, imsi = 0x6F07, ust = 0x6F38, ad = 0x6FAD, acm = 0x6F39,
                            fdn = 0x6F3B, secret = 0x6F99, tlv = 0x6F7A, df5gs = 0x5FC0, loci = 0x4F01,
                            linked = 0x6F40;
};
inline const Bytes usim_aid = h("A0000000871002FF49FF0589");
inline const Bytes isim_aid = h("A0000000871004FF49FF0589");
inline const Bytes sd_aid = h("A000000151000000");
inline const Bytes key_k = h("465B5CE8B199B49FAA5F0A2EE238A6BC"),
                   key_opc = h("CD63CB71954A9F4E48A5994E37A02BAF");

class ImageMaker {
 public:
  NodeIndex directory(NodeIndex parent, uint16_t fid, FileKind kind, Bytes pins);
  NodeIndex file(NodeIndex parent, uint16_t fid, FileKind kind, uint8_t rule, Bytes content,
                 uint16_t record = 0, uint8_t sfi = 0);
  void pin(NodeIndex node, uint8_t reference, std::string_view value, uint8_t puk, bool enabled = true);
  NodeIndex add(FileNode n);
  ProfileImage image;
};

Aka milenage_parameters(NodeIndex node);

ProfileImage make_image();

/// Runs a profile and counts as a phone does: SELECT, VERIFY and so on, answers as hexadecimal with the
/// status.
class TestCard {
 public:
  explicit TestCard(ProfileImage image = make_image());
  void start(ProfileImage image);
  /// As after a reset: the original image and the committed changes.
  void restart();
  Response send(std::string_view digits, uint8_t channel = 0);
  /// "DATA SW" in hexadecimal.
  std::string ask(std::string_view digits, uint8_t channel = 0);
  void select_usim();
  void verify_pin1();
  void verify_adm();
  Bytes state() const;

  MemoryStore store;
  SeededRandom random{7};
  std::unique_ptr<UsimProfile> profile;

 private:
  Bytes original_;
};

}  // namespace sealift::euicc::test
