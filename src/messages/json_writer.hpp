// One JSON object being written, straight into one text: the large members are base64 of octets that are
// there already, and no JSON tree is made of them. For the *_json files.
#pragma once

#include "asn1/types.hpp"
#include "asn1/writer.hpp"
#include "base/ids.hpp"

namespace sealift::messages {

class JsonObject {
 public:
  JsonObject() = default;
  explicit JsonObject(size_t size) { out_.reserve(size); }
  JsonObject& text(std::string_view key, std::string_view value) {
    member(key);
    quoted(value);
    return *this;
  }
  JsonObject& optional(std::string_view key, const std::optional<std::string>& value) {
    return value ? text(key, *value) : *this;
  }
  JsonObject& binary(std::string_view key, View octets) {
    member(key);
    out_.push_back('"');
    append_base64(out_, octets);
    out_.push_back('"');
    return *this;
  }
  template <class T>
  JsonObject& der(std::string_view key, const T& value) {
    return binary(key, asn1::encode(value));
  }
  template <class T>
  JsonObject& der(std::string_view key, const asn1::Signed<T>& value) {
    return value.tlv.empty() ? der(key, value.value) : binary(key, value.tlv);
  }
  JsonObject& signature(std::string_view key, const Octets<64>& value) {
    return binary(key, asn1::tlv(0x5F37, value));
  }
  JsonObject& transaction_id(const TransactionId& value) { return text("transactionId", value.hex_digits()); }
  JsonObject& boolean(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  JsonObject& number(std::string_view key, int64_t value) { return raw(key, std::to_string(value)); }
  /// A value that is JSON already.
  JsonObject& raw(std::string_view key, std::string_view json) {
    member(key);
    out_.append(json);
    return *this;
  }
  JsonObject& open(std::string_view key) {
    member(key);
    out_.push_back('{');
    first_ = true;
    return *this;
  }
  JsonObject& close() {
    out_.push_back('}');
    first_ = false;
    return *this;
  }
  std::string take() {
    out_.push_back('}');
    return std::move(out_);
  }

 private:
  void member(std::string_view key) {
    if (!first_) out_.push_back(',');
    first_ = false;
    quoted(key);
    out_.push_back(':');
  }
  void quoted(std::string_view value) {
    out_.push_back('"');
    for (char c : value) {
      if (c == '"' || c == '\\') {
        out_.push_back('\\');
        out_.push_back(c);
      } else if (static_cast<unsigned char>(c) < 0x20) {
        uint8_t octet = static_cast<uint8_t>(c);
        out_.append("\\u00").append(hex(View(&octet, 1)));
      } else {
        out_.push_back(c);
      }
    }
    out_.push_back('"');
  }
  std::string out_ = "{";
  bool first_ = true;
};

}  // namespace sealift::messages
