// Every message of the ASN.1: what decodes encodes to the same octets; the JSON binding of ES9+, both
// directions; traces of anything.
#include <functional>

#include "messages/es12.hpp"
#include "messages/es9_json.hpp"
#include "messages/samples.hpp"
#include "messages/trace.hpp"
#include "messages/transcript.hpp"
#include "targets.hpp"

namespace sealift::fuzz {
namespace {

using namespace messages;

struct Kind {
  void (*run)(View);
  std::vector<Bytes> seeds;
};

template <class T>
void again(View der) {
  auto decoded = asn1::decode<T>(der);
  if (!decoded) {
    require(!decoded.error().message.empty(), "a refusal says why");
    return;
  }
  require(equal(asn1::encode(*decoded), der), "what decodes encodes to the same octets");
  require(!asn1::trace(*decoded).empty(), "what decodes can be shown");
}

template <class T>
void json_request(View body) {
  auto message = request_from_json<T>(text(body));
  if (!message) return;
  const std::string written = to_json(*message);
  auto back = request_from_json<T>(written);
  require(bool(back), "what we write we read");
  require(to_json(*back) == written, "and write again in the same way");
}

template <class T>
void json_reply(View body) {
  auto reply = reply_from_json<T>(text(body));
  if (!reply || !reply->output) return;
  auto back = reply_from_json<T>(to_json(*reply->output));
  require(back && back->output, "what we write we read");
}

/// ES12, whose requests have readers of their own.
template <auto read>
void json_event(View body) {
  auto message = read(text(body));
  if (!message) return;
  auto back = read(to_json(*message));
  require(back && *back == *message, "what we write we read");
}

template <TraceContext context>
void show(View der) {
  require(!trace(der, context).empty() || der.empty(), "anything can be shown");
}

void transcript(View der) {
  auto decoded = Transcript::decode(der);
  if (decoded) require(equal(decoded->encode(), der), "a transcript is kept to the octet");
}
Transcript sample_transcript() {
  return {samples::initiate_authentication_ok(),
          std::get<AuthenticateResponseOk>(samples::authenticate_server_response().alt),
          samples::authenticate_client_ok(),
          std::get<PrepareDownloadResponseOk>(samples::prepare_download_response().alt),
          samples::initialise_secure_channel(),
          samples::installation_result(true)};
}

/// A row for each type: by its first sample, with all its samples as seeds.
class Kinds {
 public:
  Kinds() {
    auto add = [this]<class T>(const char*, const T& message) { this->add(again<T>, asn1::encode(message)); };
    samples::each_es6(add);
    samples::each_es8(add);
    samples::each_es9(add);
    samples::each_isdr(add);
    samples::each_es10a(add);
    samples::each_es10b(add);
    samples::each_es10c(add);
    add_json();
    this->add(transcript, sample_transcript().encode());
    for (auto run :
         {show<TraceContext::es10_command>, show<TraceContext::es10_response>, show<TraceContext::es8>}) {
      this->add(run, asn1::encode(samples::authenticate_server_response()));
    }
    const Eid eid = Eid::parse("89049032123451234512345678901235").value();
    this->add(json_event<register_event_from_json>,
              to_bytes(to_json(RegisterEventRequest{{"2.999.10", "1"}, eid, "smdp.example.com", "A", true})));
    this->add(json_event<delete_event_from_json>,
              to_bytes(to_json(DeleteEventRequest{{"2.999.10", "2"}, eid, "A"})));
  }
  void add(void (*run)(View), Bytes seed) {
    for (Kind& kind : all) {
      if (kind.run == run) return kind.seeds.push_back(std::move(seed));
    }
    all.push_back({run, {std::move(seed)}});
  }
  std::vector<Kind> all;

 private:
  template <class T>
  void request(const T& message) {
    add(json_request<T>, to_bytes(to_json(message)));
  }
  template <class T>
  void reply(const T& message) {
    add(json_reply<T>, to_bytes(to_json(message)));
  }
  void add_json() {
    request(samples::initiate_authentication_request());
    request(
        AuthenticateClientRequest{samples::transaction_id(), samples::authenticate_server_error(), {}, {}});
    request(AuthenticateClientRequest{
        samples::transaction_id(), samples::authenticate_server_response(), {}, {}});
    request(
        GetBoundProfilePackageRequest{samples::transaction_id(), samples::prepare_download_response(), {}});
    request(HandleNotification{{samples::installation_result(false)}, {}});
    request(CancelSessionRequestEs9{samples::transaction_id(), samples::cancel_session_response(), {}});
    reply(samples::initiate_authentication_ok());
    reply(samples::authenticate_client_ok());
    reply(GetBoundProfilePackageOk{
        samples::transaction_id(), {asn1::encode(samples::bound_profile_package())}, {}});
    reply(CancelSessionOk{});
    const std::string failed =
        to_json(FunctionExecutionStatus{ExecutionStatus::failed, StatusCodeData{"8.2.6", "3.8", {}, "no"}});
    add(json_reply<AuthenticateClientOk>, to_bytes(failed));
  }
};

const Kinds& kinds() {
  static const Kinds made;
  return made;
}

void run(View input) {
  Input in(input);
  const auto& all = kinds().all;
  all[in.octet() % all.size()].run(in.rest());
}

std::vector<Bytes> seeds() {
  std::vector<Bytes> out;
  const auto& all = kinds().all;
  for (size_t i = 0; i < all.size(); ++i) {
    for (const Bytes& seed : all[i].seeds) out.push_back(concat({Bytes{static_cast<uint8_t>(i)}, seed}));
  }
  return out;
}

}  // namespace

const Target target_messages{"messages",
                             run,
                             seeds,
                             Shape::der,
                             1,
                             0,
                             {"\"header\"", "\"functionExecutionStatus\"", "\"statusCodeData\"",
                              "\"transactionId\"", "\"euiccChallenge\"", "\"euiccInfo1\"", "\"smdpAddress\"",
                              "Executed-Success", "Failed", "\xBF\x25", "\xBF\x38", "\xBF\x21", "\xBF\x36",
                              "\xBF\x37", "\x5F\x37", "\x5F\x49", "\xBF\x22", "\xBF\x2B", "\xBF\x41"}};

}  // namespace sealift::fuzz
