// The options that say what a profile in stock is: what the phone shows of it, whose it is, who hears of it.
#pragma once

#include <boost/json/object.hpp>
#include <vector>

#include "cli/command.hpp"

namespace sealift::cli {

struct StockOptions {
  std::string spn = "Sealift";
  std::string name = "Sealift";
  std::string profile_class = "operational";
  std::string notify, icon, owner, tenant, type;
  std::vector<std::string> rules;
  bool session_keys = false;
  void add(CLI::App* command);
  /// Body of POST /admin/v1/profiles but for the profile. Errors: the icon's file.
  Result<boost::json::object> body() const;
};

}  // namespace sealift::cli
