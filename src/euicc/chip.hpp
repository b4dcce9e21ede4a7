// What a Card holds in RAM: logical channels, what is selected on each, the ISD-R's session, the running
// profile, and the proactive command that waits to be fetched (TS 102 221, TS 102 223). Single thread.
#pragma once

#include <map>

#include "euicc/isdr.hpp"
#include "euicc/store_data.hpp"

namespace sealift::euicc {

class Chip final : private ProfileStore {
 public:
  Chip(CardPorts ports, Memory memory) : ports_(ports), isdr_(ports_, std::move(memory)) {}
  Chip(Chip&&) = delete;

  Bytes transmit(View command);
  void reset();
  const Isdr& isdr() const { return isdr_; }
  Isdr& isdr() { return isdr_; }

 private:
  enum class Application : uint8_t { profile, isdr, ecasd };
  struct Channel {
    Application application = Application::profile;
    StoreData store_data;
    bool loads_package = false;  ///< the STORE DATA script under way belongs to a package
    Response rest;               ///< waits for GET RESPONSE
  };
  enum class Proactive : uint8_t { none, to_fetch, fetched };

  Response run(const Command& command, Channel& channel);
  Response interindustry(const Command& command, Channel& channel);
  Response telecom(const Command& command, Channel& channel);
  Response select_application(const Command& command, Channel& channel);
  Response manage_channel(const Command& command);
  Response store_data(const Command& command, Channel& channel);
  Response ecasd(const Command& command) const;
  Response fetch();
  Response terminal_response();
  Response to_profile(const Command& command);
  /// Cuts by Le; keeps the rest for GET RESPONSE.
  Response deliver(Response whole, std::optional<unsigned> le, Channel& channel);

  void open_channel(uint8_t number);
  void close_channel(uint8_t number);
  /// Starts the Enabled Profile if it is not running. nullptr where there is none or it does not start.
  RunningProfile* profile();
  /// The running profile becomes the Enabled one; channels on which an application of the old one is selected
  /// close, the basic one goes to the MF.
  void switch_profile();
  void after_isdr_command();
  Status commit(std::span<const ProfileChange> changes) override;

  CardPorts ports_;
  Isdr isdr_;
  std::map<uint8_t, Channel> channels_{{0, Channel{}}};
  std::unique_ptr<RunningProfile> profile_;
  /// The ISD-P whose profile runs, or is to run when it is first needed. Follows the Enabled Profile at
  /// reset, and in between as ProfileSwitch says. Absent as well once the running profile has been deleted.
  std::optional<Aid> current_ = isdr_.memory.enabled();
  Proactive proactive_ = Proactive::none;
};

}  // namespace sealift::euicc
