// What every JSON binding of ours shares: what can be wrong with a body, its limits, and reading one.
//
// Members and read_body are for the *_json.cpp files; what they give borrows the parsed body, which lives as
// long as the call of read_body. Unknown members are passed over; a member that stands there twice is an
// error, since readers differ on which counts. Pure functions, thread safe.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "asn1/reader.hpp"
#include "asn1/types.hpp"
#include "base/ids.hpp"

namespace boost::json {
class array;
class object;
}  // namespace boost::json

namespace sealift::messages {

/// What is wrong with a JSON body.
enum class JsonFault : uint8_t {
  malformed,      ///< not JSON, not an object, or a member twice
  limit,          ///< larger or deeper than we read
  missing_field,  ///< a mandatory member is absent
  wrong_type,     ///< a member is not the string, object or boolean it has to be
  bad_base64,     ///< a binary member is not base64
  bad_value,      ///< a member decodes, but breaks its format (DER, hexadecimal, size)
};
std::string_view name(JsonFault fault);

struct JsonError {
  JsonFault fault = JsonFault::malformed;
  std::string field;       ///< name of the member; empty where the whole body is meant
  std::string detail;      ///< for people
  operator Error() const;  // NOLINT: an Error for callers that only report it
};
template <class T>
using JsonResult = Result<T, JsonError>;
using JsonStatus = Result<void, JsonError>;

/// Bodies larger than this are refused (JsonFault::limit): the largest profile package allowed, as base64.
inline constexpr size_t max_json_body = 4 * 1024 * 1024;

/// One JSON object being read: members by name, each error with the name.
class Members {
 public:
  explicit Members(const boost::json::object& object) : object_(object) {}

  JsonResult<Members> object(std::string_view name) const;
  /// The objects of an array, in their order; more than `most` are an error.
  JsonResult<std::vector<Members>> objects(std::string_view name, size_t most) const;
  JsonResult<std::string_view> text(std::string_view name) const;
  /// A text of at most this many octets.
  JsonResult<std::string> bounded_text(std::string_view name, size_t most) const;
  /// A member that may be absent; what is there must be a string.
  JsonResult<std::optional<std::string>> optional_text(std::string_view name) const;
  JsonResult<std::optional<std::string>> optional_text(std::string_view name, size_t most) const;
  JsonResult<bool> boolean(std::string_view name) const;
  /// False where it is absent or null: some servers write every member they know, with null for none.
  bool has(std::string_view name) const;
  /// A NULL of the ASN.1, which says something by being there; false and null say that it is not.
  bool is_set(std::string_view name) const;

  JsonResult<Bytes> binary(std::string_view name) const;
  template <class T>
  JsonResult<T> der(std::string_view name) const {
    Bytes octets = TRY(binary(name));
    return value(name, asn1::decode<T>(octets));
  }
  template <class T>
  JsonResult<asn1::Signed<T>> signed_der(std::string_view name) const {
    Bytes octets = TRY(binary(name));
    T decoded = TRY(value(name, asn1::decode<T>(octets)));
    return asn1::Signed<T>{std::move(decoded), std::move(octets)};
  }
  /// A whole TLV with this tag that is carried through.
  JsonResult<asn1::Any> tlv(std::string_view name, asn1::Tag tag) const;
  /// The N content octets of a TLV with this tag.
  template <size_t N>
  JsonResult<Octets<N>> content(std::string_view name, asn1::Tag tag) const {
    Bytes octets = TRY(binary(name));
    asn1::Tlv whole = TRY(value(name, asn1::read_single(octets, tag, name)));
    return value(name, sealift::octets<N>(whole.value));
  }
  /// N octets that travel without a tag.
  template <size_t N>
  JsonResult<Octets<N>> bare(std::string_view name) const {
    Bytes octets = TRY(binary(name));
    return value(name, sealift::octets<N>(octets));
  }
  JsonResult<TransactionId> transaction_id() const;
  /// 32 digits with their check digits.
  JsonResult<Eid> eid(std::string_view name) const;

  /// What was read for the member `name`, or bad_value.
  template <class T>
  static JsonResult<T> value(std::string_view name, Result<T>&& parsed) {
    if (!parsed) return JsonError{JsonFault::bad_value, std::string(name), parsed.error().message};
    return std::move(*parsed);
  }

 private:
  std::reference_wrapper<const boost::json::object> object_;
};

/// Parses a body, which must be an object, and hands its members to `use`.
JsonStatus read_body(std::string_view body, const std::function<JsonStatus(const Members&)>& use);

}  // namespace sealift::messages
