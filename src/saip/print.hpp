// A profile package for people: a tree of named values, drawn as text or turned into JSON by the caller.
//
// Keys, PINs and the files that hold keys are masked unless asked for.
#pragma once

#include "saip/package.hpp"

namespace sealift::saip {

/// A named value, an object (children with different keys) or a list (children without keys).
struct Node {
  std::string key;
  std::variant<std::string, uint64_t, bool, std::vector<Node>> value;
  bool list = false;
  /// What text shows in place of the children, where it is not empty.
  std::string line;
};

/// { header, elements: [ { element, identification, ..., files: [ ... ] } ] }
Node describe(const Package& package, bool show_secrets);
/// Two blanks of indentation a level, a line a value.
std::string to_text(const Node& node);

}  // namespace sealift::saip
