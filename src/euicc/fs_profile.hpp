// A profile in use: its image, what each logical channel has selected, and which PINs have been verified.
//
// Durable changes go through Changes: collected, committed to the ProfileStore, then applied here, so that
// memory never runs ahead of what survives a power loss. `apply` is also how a start replays what was
// committed before. Single thread.
#pragma once

#include <array>
#include <functional>

#include "euicc/fs_image.hpp"
#include "euicc/profile.hpp"

namespace sealift::euicc {

inline constexpr size_t most_channels = 20;

/// What one logical channel has selected (TS 102 221 8.4).
struct Channel {
  bool open = false;
  NodeIndex directory = mf_node;
  NodeIndex file = no_node;
  /// The ADF that 7FFF stands for.
  NodeIndex application = no_node;
  /// Current record, from 1; 0 where none.
  size_t record = 0;
  /// Position in ProfileImage::security_domains, where one is selected instead of files.
  std::optional<size_t> security_domain;
  /// RETRIEVE DATA and SET DATA in several commands.
  struct Transfer {
    uint8_t ins = 0;
    Bytes object;
    /// RETRIEVE: octets answered so far; SET: octets that the object will have.
    size_t done = 0;
  };
  std::optional<Transfer> transfer;
};

/// Access modes for files: bits of the access mode octet (TS 102 221 9.2.4), and INCREASE, which is named by
/// its instruction.
enum class Access : uint8_t {
  read = 0x01,
  update = 0x02,
  deactivate = 0x08,
  activate = 0x10,
  increase = 0x32
};

class Profile {
 public:
  Profile(ProfileImage image, ProfileStore& store, Random& random)
      : image_(std::move(image)), store_(store), random_(random) {
    channels_[0].open = true;
  }
  const ProfileImage& image() const { return image_; }
  Channel& channel(uint8_t number) { return channels_[number]; }
  Random& random() { return random_; }

  // fs_access.cpp
  /// True where the file's rules grant this access to the PINs verified so far.
  bool allows(NodeIndex file, Access access) const;
  /// True where the PIN is verified, or is no condition because it is disabled. An unknown reference is not.
  bool satisfied(NodeIndex directory, uint8_t reference) const;

  // fs_pin.cpp
  bool verified(const Pin& pin) const;
  void set_verified(const Pin& pin, bool to);

  // fs_changes.cpp: each commits first and then changes the image; the result is 9000 or 6581.
  uint16_t write_content(NodeIndex file, Bytes content);
  uint16_t write_record(NodeIndex file, size_t number, View content);
  uint16_t write_life_cycle(NodeIndex file, uint8_t life_cycle);
  /// Tries left, state and value of a PIN after the change.
  struct PinState {
    bool enabled;
    uint8_t tries_left;
    View value;
  };
  uint16_t write_pin(const Pin& pin, const PinState& to);
  uint16_t write_puk_tries(uint8_t reference, uint8_t tries_left);
  /// SEQ of an index and the authentication counter, together.
  uint16_t write_aka(const Aka& aka, size_t index, uint64_t seq, uint32_t counter);
  /// Puts a committed change back into the image. Error kind: invalid where it does not fit the image.
  Status apply(const ProfileChange& change);

 private:
  uint16_t commit(std::span<const ProfileChange> changes);

  ProfileImage image_;
  ProfileStore& store_;
  Random& random_;
  std::array<Channel, most_channels> channels_{};
  /// Owner and reference of each verified PIN: security status is the card's, not a channel's, since all
  /// channels serve the same user (TS 102 221 9.5).
  std::vector<std::pair<NodeIndex, uint8_t>> verified_;
};

// The commands, one file of code for each group. All take the channel they came on.
// fs_select.cpp
Response select(Profile& profile, Channel& channel, const Command& command);
Response status(Profile& profile, Channel& channel, const Command& command);
// fs_binary.cpp
Response read_binary(Profile& profile, Channel& channel, const Command& command);
Response update_binary(Profile& profile, Channel& channel, const Command& command);
// fs_record.cpp
Response read_record(Profile& profile, Channel& channel, const Command& command);
Response update_record(Profile& profile, Channel& channel, const Command& command);
Response search_record(Profile& profile, Channel& channel, const Command& command);
Response increase(Profile& profile, Channel& channel, const Command& command);
// fs_data.cpp
Response retrieve_data(Profile& profile, Channel& channel, const Command& command);
Response set_data(Profile& profile, Channel& channel, const Command& command);
// fs_lifecycle.cpp
Response deactivate_file(Profile& profile, Channel& channel, const Command& command);
Response activate_file(Profile& profile, Channel& channel, const Command& command);
// fs_pin.cpp
Response verify_pin(Profile& profile, Channel& channel, const Command& command);
Response change_pin(Profile& profile, Channel& channel, const Command& command);
Response disable_pin(Profile& profile, Channel& channel, const Command& command);
Response enable_pin(Profile& profile, Channel& channel, const Command& command);
Response unblock_pin(Profile& profile, Channel& channel, const Command& command);

/// FCP template of a file, from 62 (TS 102 221 11.1.1.3).
Bytes fcp_template(const ProfileImage& image, NodeIndex node);

/// A status word as an error: a type of its own, since a NodeIndex is a number of the same kind.
struct Refused {
  uint16_t sw;
  operator uint16_t() const { return sw; }  // NOLINT: reads as the status word it is
};

/// The EF a command means: the current one, or the one of a short identifier in the current directory, which
/// then becomes current. The error is the status word: 6986 where no EF is current, 6A82 where the identifier
/// is nobody's, 6981 where the file is of none of these kinds.
Result<NodeIndex, Refused> file_for(Profile& profile, Channel& channel, uint8_t sfi,
                                    std::initializer_list<FileKind> kinds);
/// Checks that the file is active and its rules allow the access: 9000, 6985 or 6982.
uint16_t may_access(const Profile& profile, NodeIndex file, Access access);

/// Status words beyond those of apdu.hpp.
namespace sw {
inline constexpr uint16_t end_of_file = 0x6282;
inline constexpr uint16_t deactivated = 0x6283;
inline constexpr uint16_t tries_left = 0x63C0;
inline constexpr uint16_t wrong_structure = 0x6981;
inline constexpr uint16_t data_invalidated = 0x6984;
inline constexpr uint16_t record_not_found = 0x6A83;
inline constexpr uint16_t more_data = 0x62F1;
inline constexpr uint16_t more_data_expected = 0x63F1;
inline constexpr uint16_t increase_impossible = 0x9850;
inline constexpr uint16_t incorrect_mac = 0x9862;
inline constexpr uint16_t context_not_supported = 0x9864;
}  // namespace sw

}  // namespace sealift::euicc
