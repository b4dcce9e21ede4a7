#include "asn1/writer.hpp"
#include "messages/es9_json.hpp"

// Written straight into one text: the large members are base64 of octets that are there already, and no JSON
// tree is made of them.
namespace sealift::messages {

std::string_view name(ExecutionStatus status) {
  switch (status) {
    case ExecutionStatus::executedSuccess:
      return "Executed-Success";
    case ExecutionStatus::executedWithWarning:
      return "Executed-WithWarning";
    case ExecutionStatus::failed:
      return "Failed";
    case ExecutionStatus::expired:
      return "Expired";
  }
  return {};
}

namespace {

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
  JsonObject& signature(std::string_view key, const SignatureOctets& value) {
    return binary(key, asn1::tlv(0x5F37, value));
  }
  JsonObject& transaction_id(const TransactionId& value) { return text("transactionId", value.hex_digits()); }
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

/// A response's header with its status; the function's output follows.
JsonObject response(const FunctionExecutionStatus& status, size_t output_size = 0) {
  JsonObject out(output_size + 256);
  out.open("header").open("functionExecutionStatus").text("status", name(status.status));
  if (status.statusCodeData) {
    const StatusCodeData& data = *status.statusCodeData;
    out.open("statusCodeData").text("subjectCode", data.subjectCode).text("reasonCode", data.reasonCode);
    out.optional("subjectIdentifier", data.subjectIdentifier).optional("message", data.message).close();
  }
  out.close().close();
  return out;
}

}  // namespace

std::string to_json(const FunctionExecutionStatus& status) {
  return response(status).take();
}

std::string to_json(const InitiateAuthenticationOkEs9& output) {
  return response({})
      .transaction_id(output.transactionId)
      .der("serverSigned1", output.serverSigned1)
      .signature("serverSignature1", output.serverSignature1)
      .binary("euiccCiPKIdToBeUsed", asn1::tlv(0x04, output.euiccCiPKIdToBeUsed))
      .binary("serverCertificate", output.serverCertificate.tlv)
      .take();
}

std::string to_json(const AuthenticateClientOk& output) {
  return response({})
      .transaction_id(output.transactionId)
      .der("profileMetadata", output.profileMetaData)
      .der("smdpSigned2", output.smdpSigned2)
      .signature("smdpSignature2", output.smdpSignature2)
      .binary("smdpCertificate", output.smdpCertificate.tlv)
      .take();
}

std::string to_json(const AuthenticateClientOkAcr& output) {
  return response({})
      .transaction_id(output.transactionId)
      .der("profileMetadata", output.profileMetaData)
      .take();
}

std::string to_json(const AuthenticateClientOkEs11& output) {
  std::string entries = "[";
  for (const EventEntries& e : output.eventEntries) {
    if (entries.size() > 1) entries.push_back(',');
    entries += JsonObject().text("eventId", e.eventId).text("rspServerAddress", e.rspServerAddress).take();
  }
  return response({}).transaction_id(output.transactionId).raw("eventEntries", entries + "]").take();
}

std::string to_json(const GetBoundProfilePackageOk& output) {
  return response({}, output.boundProfilePackage.tlv.size() / 3 * 4 + 4)
      .transaction_id(output.transactionId)
      .binary("boundProfilePackage", output.boundProfilePackage.tlv)
      .take();
}

std::string to_json(const CancelSessionOk&) {
  return response({}).take();
}

std::string to_json(const InitiateAuthenticationRequest& request) {
  return JsonObject()
      .text("smdpAddress", request.smdpAddress)
      .binary("euiccChallenge", request.euiccChallenge)
      .der("euiccInfo1", request.euiccInfo1)
      .take();
}

std::string to_json(const AuthenticateClientRequest& request) {
  JsonObject out;
  out.transaction_id(request.transactionId);
  out.der("authenticateServerResponse", request.authenticateServerResponse);
  if (request.useMatchingIdForAcr) out.raw("useMatchingIdForAcr", "true");
  return out.take();
}

std::string to_json(const GetBoundProfilePackageRequest& request) {
  return JsonObject()
      .transaction_id(request.transactionId)
      .der("prepareDownloadResponse", request.prepareDownloadResponse)
      .take();
}

std::string to_json(const HandleNotification& request) {
  return JsonObject().der("pendingNotification", request.pendingNotification).take();
}

std::string to_json(const CancelSessionRequestEs9& request) {
  return JsonObject()
      .transaction_id(request.transactionId)
      .der("cancelSessionResponse", request.cancelSessionResponse)
      .take();
}

}  // namespace sealift::messages
