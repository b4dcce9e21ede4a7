// An SM-DP+ that is a program of its own, its store in a temporary folder, and what an operator and a phone
// do with it by the command line. Ends where a step cannot be repeated to success.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>

#include "base/temporary_folder.hpp"
#include "tests/crash/process.hpp"

namespace sealift::crash {

inline constexpr const char* iccid = "8988211000000000424";

class Site {
 public:
  /// `watched`: the beginning of the paths below the folder in which faults happen: "site/" is the server's
  /// own, "phone/" that of the first card.
  explicit Site(const std::string& watched);

  /// The program with the faults in it. True where it said that it serves.
  bool start(bool with_faults);
  /// Starts it anew, without faults, where it has ended; expects that within five seconds.
  void recover();
  bool runs() { return server_ && server_->runs(); }
  void stop() { server_.reset(); }

  /// Imports the profile and releases the order, or finds out what became of an earlier try. True where the
  /// order is released and its activation code known.
  bool order(const std::vector<std::string>& policy = {});
  /// A card is its file, or 127.0.0.1:PORT of its door.
  Said download(const std::string& card, const Faults* with = nullptr);
  Said lpa(std::vector<std::string> arguments, const std::string& card, const Faults* with = nullptr);
  Said deliver(const std::string& card, const Faults* with = nullptr);
  /// ICCID and state of each profile, one a line.
  std::string profiles(const std::string& card);
  boost::json::array notifications(const std::string& card);
  int64_t free_memory(const std::string& card);
  std::string state();
  /// All rows of one column of the server's store; empty where it cannot be read.
  std::vector<std::string> rows(const char* sql);

  TemporaryFolder folder = TemporaryFolder::make().value();
  std::string log, dir, card, other_card;
  Faults faults;
  std::chrono::milliseconds slowest_recovery{0};

 private:
  std::unique_ptr<Program> server_;
  std::string code_;
  int port_ = 0;
};

/// Whether this machine can run these tests, and the word that a skipped test says.
bool can_run();
inline constexpr const char* cannot_run = "skipped: the program or the library with the faults is not built";

/// Every step of `steps`, or a spread of `some` of them, whose beginning moves with `round`:
/// SEALIFT_CRASH_EVERY says every.
std::vector<uint64_t> chosen(uint64_t steps, uint64_t some, uint64_t round);
bool every_step();

}  // namespace sealift::crash
