// The members of a JSON object that somebody sent to an administration interface, read strictly: what is
// missing, of the wrong type, or not known is an error that names it, so that a misspelt option never passes
// for its default.
//
// A JsonFields made by parse() owns what it read; one made by of() borrows. For one thread.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace sealift::http {

class JsonFields {
 public:
  using Names = std::vector<std::string_view>;
  /// A body that is one object with no members but these. Error kind: invalid.
  static Result<JsonFields> parse(std::string_view body, const Names& known);
  /// The same of a value inside another.
  static Result<JsonFields> of(const boost::json::value& value, const Names& known);

  /// None where the member is missing or null. Error kind: invalid.
  Result<std::optional<std::string>> text(std::string_view name) const;
  /// Error kind: invalid, also where it is missing.
  Result<std::string> required_text(std::string_view name) const;
  /// None where the member is missing or null. Error kind: invalid, also where it is outside the bounds.
  Result<std::optional<uint32_t>> number(std::string_view name, uint32_t least, uint32_t most) const;
  /// None where the member is missing or null. Error kind: invalid.
  Result<std::optional<bool>> boolean(std::string_view name) const;
  /// Null where the member is missing or null.
  const boost::json::value* value(std::string_view name) const;
  /// Null where the member is missing or null. Error kind: invalid.
  Result<const boost::json::array*> array(std::string_view name) const;

 private:
  std::shared_ptr<const boost::json::value> owned_;
  const boost::json::object* object_ = nullptr;
};

}  // namespace sealift::http
