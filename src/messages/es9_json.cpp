#include "messages/es9_json.hpp"

#include <boost/json.hpp>

namespace sealift::messages {

namespace json = boost::json;

std::string_view name(JsonFault fault) {
  switch (fault) {
    case JsonFault::malformed:
      return "malformed";
    case JsonFault::limit:
      return "limit";
    case JsonFault::missing_field:
      return "missing field";
    case JsonFault::wrong_type:
      return "wrong type";
    case JsonFault::bad_base64:
      return "bad base64";
    case JsonFault::bad_value:
      return "bad value";
  }
  return {};
}

JsonError::operator Error() const {
  std::string what = "JSON: " + std::string(name(fault));
  if (!field.empty()) what += ": " + field;
  if (!detail.empty()) what += ": " + detail;
  return {fault == JsonFault::limit ? ErrorKind::limit : ErrorKind::invalid, std::move(what)};
}

namespace {

/// No body of ours nests deeper than header.functionExecutionStatus.statusCodeData; room for the unknown.
constexpr size_t max_json_depth = 16;
/// Bodies of ordinary size are parsed within this stack buffer and one block of heap.
constexpr size_t parse_buffer = 8192;

/// One JSON object being read: members by name, each error with the name.
class Members {
 public:
  explicit Members(const json::object& object) : object_(object) {}

  JsonResult<const json::object*> object(std::string_view name) const {
    const json::value* v = object_.if_contains(name);
    if (v == nullptr) return JsonError{JsonFault::missing_field, std::string(name), {}};
    if (!v->is_object()) return JsonError{JsonFault::wrong_type, std::string(name), "an object is expected"};
    return &v->get_object();
  }
  JsonResult<std::string_view> text(std::string_view name) const {
    const json::value* v = object_.if_contains(name);
    if (v == nullptr) return JsonError{JsonFault::missing_field, std::string(name), {}};
    if (!v->is_string()) return JsonError{JsonFault::wrong_type, std::string(name), "a string is expected"};
    return std::string_view(v->get_string());
  }
  /// False where it is absent or null: some servers write every member they know, with null for none.
  bool has(std::string_view name) const {
    const json::value* v = object_.if_contains(name);
    return v != nullptr && !v->is_null();
  }
  /// A NULL of the ASN.1, which says something by being there; false and null say that it is not.
  bool is_set(std::string_view name) const {
    const json::value* v = object_.if_contains(name);
    return has(name) && !(v->is_bool() && !v->get_bool());
  }
  JsonResult<const json::array*> array(std::string_view name) const {
    const json::value* v = object_.if_contains(name);
    if (v == nullptr) return JsonError{JsonFault::missing_field, std::string(name), {}};
    if (!v->is_array()) return JsonError{JsonFault::wrong_type, std::string(name), "an array is expected"};
    return &v->get_array();
  }
  /// A text of at most this many octets.
  JsonResult<std::string> bounded_text(std::string_view name, size_t most) const {
    std::string_view chars = TRY(text(name));
    if (chars.size() > most) return JsonError{JsonFault::bad_value, std::string(name), "too long"};
    return std::string(chars);
  }
  /// A member that may be absent; what is there must be a string.
  JsonResult<std::optional<std::string>> optional_text(std::string_view name) const {
    if (!has(name)) return std::optional<std::string>{};
    return std::optional<std::string>{TRY(text(name))};
  }
  JsonResult<Bytes> binary(std::string_view name) const {
    std::string_view chars = TRY(text(name));
    auto octets = from_base64(chars);
    if (!octets) return JsonError{JsonFault::bad_base64, std::string(name), octets.error().message};
    return std::move(*octets);
  }
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
  JsonResult<asn1::Any> tlv(std::string_view name, asn1::Tag tag) const {
    Bytes octets = TRY(binary(name));
    TRY_VOID(value(name, asn1::read_single(octets, tag, name)));
    return asn1::Any{std::move(octets)};
  }
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
  JsonResult<TransactionId> transaction_id() const {
    std::string_view digits = TRY(text("transactionId"));
    return value("transactionId", TransactionId::parse(digits));
  }

 private:
  template <class T>
  static JsonResult<T> value(std::string_view name, Result<T>&& parsed) {
    if (!parsed) return JsonError{JsonFault::bad_value, std::string(name), parsed.error().message};
    return std::move(*parsed);
  }
  const json::object& object_;
};

using JsonStatus = Result<void, JsonError>;

/// Longest server address, as in the ASN.1 declarations.
constexpr size_t max_address = 300;
/// Most events in one answer, as there.
constexpr size_t max_events = 1024;

JsonStatus read(const Members& in, InitiateAuthenticationRequest& out) {
  out.smdpAddress = TRY(in.bounded_text("smdpAddress", max_address));
  out.euiccChallenge = TRY(in.bare<16>("euiccChallenge"));
  out.euiccInfo1 = TRY(in.der<EuiccInfo1>("euiccInfo1"));
  return {};
}
JsonStatus read(const Members& in, AuthenticateClientRequest& out) {
  out.transactionId = TRY(in.transaction_id());
  out.authenticateServerResponse = TRY(in.der<AuthenticateServerResponse>("authenticateServerResponse"));
  if (in.is_set("useMatchingIdForAcr")) out.useMatchingIdForAcr.emplace();
  return {};
}
JsonStatus read(const Members& in, GetBoundProfilePackageRequest& out) {
  out.transactionId = TRY(in.transaction_id());
  out.prepareDownloadResponse = TRY(in.der<PrepareDownloadResponse>("prepareDownloadResponse"));
  return {};
}
JsonStatus read(const Members& in, HandleNotification& out) {
  out.pendingNotification = TRY(in.der<PendingNotification>("pendingNotification"));
  return {};
}
JsonStatus read(const Members& in, CancelSessionRequestEs9& out) {
  out.transactionId = TRY(in.transaction_id());
  out.cancelSessionResponse = TRY(in.der<CancelSessionResponse>("cancelSessionResponse"));
  return {};
}

JsonStatus read(const Members& in, InitiateAuthenticationOkEs9& out) {
  out.transactionId = TRY(in.transaction_id());
  out.serverSigned1 = TRY(in.signed_der<ServerSigned1>("serverSigned1"));
  out.serverSignature1 = TRY(in.content<64>("serverSignature1", 0x5F37));
  out.euiccCiPKIdToBeUsed = TRY(in.content<20>("euiccCiPKIdToBeUsed", 0x04));
  out.serverCertificate = TRY(in.tlv("serverCertificate", 0x30));
  return {};
}
JsonStatus read(const Members& in, AuthenticateClientOk& out) {
  out.transactionId = TRY(in.transaction_id());
  out.profileMetaData = TRY(in.signed_der<StoreMetadataRequest>("profileMetadata"));
  out.smdpSigned2 = TRY(in.signed_der<SmdpSigned2>("smdpSigned2"));
  out.smdpSignature2 = TRY(in.content<64>("smdpSignature2", 0x5F37));
  out.smdpCertificate = TRY(in.tlv("smdpCertificate", 0x30));
  return {};
}
JsonStatus read(const Members& in, AuthenticateClientOkAcr& out) {
  out.transactionId = TRY(in.transaction_id());
  out.profileMetaData = TRY(in.signed_der<StoreMetadataRequest>("profileMetadata"));
  return {};
}
JsonStatus read(const Members& in, AuthenticateClientOkEs11& out) {
  out.transactionId = TRY(in.transaction_id());
  const json::array& entries = *TRY(in.array("eventEntries"));
  if (entries.size() > max_events) return JsonError{JsonFault::limit, "eventEntries", "too many"};
  for (const json::value& entry : entries) {
    if (!entry.is_object()) return JsonError{JsonFault::wrong_type, "eventEntries", "objects are expected"};
    Members event(entry.get_object());
    EventEntries& to = out.eventEntries.emplace_back();
    to.eventId = TRY(event.bounded_text("eventId", 255));
    to.rspServerAddress = TRY(event.bounded_text("rspServerAddress", max_address));
  }
  return {};
}
JsonStatus read(const Members& in, GetBoundProfilePackageOk& out) {
  out.transactionId = TRY(in.transaction_id());
  out.boundProfilePackage = TRY(in.tlv("boundProfilePackage", 0xBF36));
  return {};
}
JsonStatus read(const Members&, CancelSessionOk&) {
  return {};
}

JsonResult<FunctionExecutionStatus> read_status(const Members& body) {
  Members header(*TRY(body.object("header")));
  Members in(*TRY(header.object("functionExecutionStatus")));
  std::string_view text = TRY(in.text("status"));
  FunctionExecutionStatus out;
  bool known = false;
  for (auto status : {ExecutionStatus::executedSuccess, ExecutionStatus::executedWithWarning,
                      ExecutionStatus::failed, ExecutionStatus::expired}) {
    if (text != name(status)) continue;
    out.status = status;
    known = true;
  }
  if (!known) return JsonError{JsonFault::bad_value, "status", "unknown status"};
  if (!in.has("statusCodeData")) return out;
  Members codes(*TRY(in.object("statusCodeData")));
  StatusCodeData& to = out.statusCodeData.emplace();
  to.subjectCode = TRY(codes.text("subjectCode"));
  to.reasonCode = TRY(codes.text("reasonCode"));
  to.subjectIdentifier = TRY(codes.optional_text("subjectIdentifier"));
  to.message = TRY(codes.optional_text("message"));
  return out;
}

/// The quote that ends the string whose first quote is at `start`, in valid JSON. Most of a body is base64:
/// it is passed over by memchr.
size_t end_of_string(std::string_view body, size_t start) {
  for (size_t end = body.find('"', start + 1);; end = body.find('"', end + 1)) {
    size_t escapes = 0;
    while (body[end - 1 - escapes] == '\\') ++escapes;
    if (escapes % 2 == 0) return end;
  }
}
/// How many members a text of valid JSON has: colons outside of strings.
size_t members_in(std::string_view body) {
  size_t count = 0;
  for (size_t i = 0; i < body.size(); ++i) {
    if (body[i] == ':') ++count;
    if (body[i] == '"') i = end_of_string(body, i);
  }
  return count;
}
/// How many members the parser kept: of two of one name it keeps one.
size_t members_in(const json::value& v) {
  size_t count = 0;
  if (v.is_array()) {
    for (const json::value& e : v.get_array()) count += members_in(e);
  } else if (v.is_object()) {
    count = v.get_object().size();
    for (const auto& m : v.get_object()) count += members_in(m.value());
  }
  return count;
}

/// Parses a body into an object and hands its members to `use`.
template <class T, class F>
JsonResult<T> with_body(std::string_view body, F use) {
  if (body.size() > max_json_body) return JsonError{JsonFault::limit, {}, "the body is too large"};
  json::parse_options options;
  options.max_depth = max_json_depth;
  unsigned char buffer[parse_buffer];
  json::monotonic_resource memory(buffer, sizeof buffer);
  boost::system::error_code error;
  json::value parsed = json::parse({body.data(), body.size()}, error, &memory, options);
  if (error == json::error::too_deep) return JsonError{JsonFault::limit, {}, "nested too deeply"};
  if (error) return JsonError{JsonFault::malformed, {}, error.message()};
  if (!parsed.is_object()) return JsonError{JsonFault::malformed, {}, "the body is not an object"};
  if (members_in(body) != members_in(parsed)) return JsonError{JsonFault::malformed, {}, "a member twice"};
  return use(Members(parsed.get_object()));
}

}  // namespace

template <class Request>
JsonResult<Request> request_from_json(std::string_view body) {
  return with_body<Request>(body, [](const Members& in) -> JsonResult<Request> {
    Request out;
    TRY_VOID(read(in, out));
    return out;
  });
}

template <class Output>
JsonResult<Es9Reply<Output>> reply_from_json(std::string_view body) {
  return with_body<Es9Reply<Output>>(body, [](const Members& in) -> JsonResult<Es9Reply<Output>> {
    Es9Reply<Output> out;
    out.functionExecutionStatus = TRY(read_status(in));
    ExecutionStatus status = out.functionExecutionStatus.status;
    if (status == ExecutionStatus::executedSuccess || status == ExecutionStatus::executedWithWarning) {
      TRY_VOID(read(in, out.output.emplace()));
    }
    return out;
  });
}

template JsonResult<InitiateAuthenticationRequest> request_from_json(std::string_view);
template JsonResult<AuthenticateClientRequest> request_from_json(std::string_view);
template JsonResult<GetBoundProfilePackageRequest> request_from_json(std::string_view);
template JsonResult<HandleNotification> request_from_json(std::string_view);
template JsonResult<CancelSessionRequestEs9> request_from_json(std::string_view);
template JsonResult<Es9Reply<InitiateAuthenticationOkEs9>> reply_from_json(std::string_view);
template JsonResult<Es9Reply<AuthenticateClientOk>> reply_from_json(std::string_view);
template JsonResult<Es9Reply<AuthenticateClientOkAcr>> reply_from_json(std::string_view);
template JsonResult<Es9Reply<AuthenticateClientOkEs11>> reply_from_json(std::string_view);
template JsonResult<Es9Reply<GetBoundProfilePackageOk>> reply_from_json(std::string_view);
template JsonResult<Es9Reply<CancelSessionOk>> reply_from_json(std::string_view);

}  // namespace sealift::messages
