// What a configuration file may say, declared once: each key with its place, limits, default and meaning.
// From the declaration come the reading of a file (TOML), the sample with every default, and the reference
// page.
//
//   ConfigSheet sheet("An SM-DP+");
//   sheet.table("orders", "What holds for orders that do not say.")
//       .number("download_attempts", settings.max_download_attempts, 1, 1000, "Packages given out ...");
//
// What is declared is borrowed: it lives as long as the sheet, and its values before read() are the defaults.
// Strict: an unknown key, a wrong type, a value outside its limits are errors, all of them told at once.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/live.hpp"
#include "base/result.hpp"

namespace sealift::lab {

using ConfigValue = std::variant<bool, int64_t, std::string, std::vector<std::string>>;

struct ConfigKey {
  std::string name;
  std::string about;
  std::string allowed;   ///< for messages: "a whole number from 1 to 10"
  ConfigValue standard;  ///< the default; its type is the one a file has to use
  bool optional =
      false;  ///< no default that means anything: it stands as a comment in the sample, beside an example
  std::function<Status(const ConfigValue&)> take;  ///< its error says what is wrong with the value alone
};

/// The keys of a table.
class ConfigTable {
 public:
  template <class Where>  // bool or Live<bool>
  ConfigTable& flag(std::string name, Where& where, std::string about) {
    return yes_or_no(std::move(name), where, std::move(about), [&where](bool v) { where = v; });
  }
  template <class T, class Where>  // T or Live<T>
  ConfigTable& number(std::string name, Where& where, T least, T most, std::string about) {
    return whole(std::move(name), static_cast<int64_t>(static_cast<T>(where)), static_cast<int64_t>(least),
                 static_cast<int64_t>(most), std::move(about),
                 [&where](int64_t v) { where = static_cast<T>(v); });
  }
  /// Whole seconds.
  ConfigTable& seconds(std::string name, std::chrono::milliseconds& where, int64_t least, int64_t most,
                       std::string about);
  ConfigTable& seconds(std::string name, Live<std::chrono::seconds>& where, int64_t least, int64_t most,
                       std::string about);
  ConfigTable& seconds(std::string name, std::chrono::seconds& where, int64_t least, int64_t most,
                       std::string about);
  ConfigTable& texts(std::string name, std::vector<std::string>& where, std::string about);
  ConfigTable& text(std::string name, std::string& where, std::string about);
  /// One of some words.
  ConfigTable& word(std::string name, std::string standard, std::vector<std::string> words, std::string about,
                    std::function<void(const std::string&)> take);
  /// Any key.
  ConfigTable& key(ConfigKey key);

  const std::string& name() const { return name_; }

 private:
  friend class ConfigSheet;
  ConfigTable(std::string name, std::string about) : name_(std::move(name)), about_(std::move(about)) {}
  ConfigTable& yes_or_no(std::string name, bool standard, std::string about, std::function<void(bool)> take);
  ConfigTable& whole(std::string name, int64_t standard, int64_t least, int64_t most, std::string about,
                     std::function<void(int64_t)> take);
  std::string name_, about_;
  std::vector<ConfigKey> keys_;
  /// Of an array of tables: declares the keys of one more element.
  std::function<void(ConfigTable&)> more_;
  std::vector<ConfigTable> further_samples_;
};

class ConfigSheet {
 public:
  explicit ConfigSheet(std::string title);
  /// The keys above the first table.
  ConfigTable& top() { return tables_.front(); }
  /// [name]
  ConfigTable& table(std::string name, std::string about);
  /// [[name]]: `more` declares the keys of one more element, for each that a file has, in order. `samples` do
  /// so for those of the sample; of the second and those after it the sample shows what differs from the
  /// first.
  using More = std::function<void(ConfigTable&)>;
  void tables(std::string name, std::string about, std::vector<More> samples, More more);

  /// Reads a file's contents; `path` is for messages. Error kind invalid: one line for each problem,
  /// "PATH:LINE: what is wrong, and what is allowed".
  Status read(const std::string& path, std::string_view contents);
  /// A file that says all defaults, each explained.
  std::string sample() const;
  /// The same as tables of Markdown.
  std::string reference() const;

 private:
  struct Problems;
  const std::string title_;
  std::list<ConfigTable> tables_;  // their addresses stay
};

}  // namespace sealift::lab
