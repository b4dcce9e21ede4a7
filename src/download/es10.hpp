// ES10 as an LPA sees it: a logical channel to the ISD-R, and its functions as calls (SGP.22 5.7).
//
// Requests are STORE DATA blocks, responses come by GET RESPONSE; both are put together here. One Es10 a card,
// one thread. The transport outlives it.
#pragma once

#include <functional>

#include "download/ports.hpp"
#include "messages/es10a.hpp"
#include "messages/es10b.hpp"
#include "messages/es10c.hpp"

namespace sealift::download {

class Es10 {
 public:
  struct Options {
    size_t block = 255;  ///< octets of a STORE DATA block, 1 to 255; some modems fail above 120
    size_t max_response = 256 * 1024;
  };
  /// Says what the terminal can (TERMINAL CAPABILITY), opens a logical channel and selects the ISD-R.
  /// Errors: not_found where the card has no ISD-R (it is no eUICC), and the transport's.
  static Result<Es10> open(ApduTransport& transport, Options options);
  static Result<Es10> open(ApduTransport& transport) { return open(transport, Options()); }
  Es10(Es10&&) noexcept;
  Es10& operator=(Es10&&) noexcept;
  /// Closes the logical channel.
  ~Es10();

  /// Sends one ES10 request and gives the response's octets. Errors: io and others of the transport;
  /// conflict with the status word where the card refuses the command.
  Result<Bytes> call(View request);
  /// The same, between messages. `tracer` of set_tracer sees both.
  template <class Response, class Request>
  Result<Response> call(std::string_view name, const Request& request) {
    Bytes der = asn1::encode(request);
    trace("LPA>card", name, der);
    Bytes answer = TRY(call(der));
    trace("card>LPA", name, answer);
    auto response = asn1::decode<Response>(answer);
    if (!response) return std::move(response.error()).within(std::string("the card's answer to ") + std::string(name));
    return response;
  }

  /// ES10b.LoadBoundProfilePackage: sends the segments of a package (segment_bound_profile_package) until the
  /// card answers with a result.
  Result<messages::ProfileInstallationResult> load_bound_profile_package(
      View boundProfilePackage, const std::function<void(size_t done, size_t of)>& progress);

  /// ES10c.GetEID.
  Result<Eid> eid();
  /// ES10c.GetProfilesInfo of every profile, all fields.
  Result<std::vector<messages::ProfileInfo>> profiles();

  void set_tracer(Progress* watcher) { watcher_ = watcher; }
  /// Sends REFRESH's terminal side: fetches and acknowledges a pending proactive command, where there is one.
  Status run_proactive();

 private:
  Es10(ApduTransport& transport, Options options) : transport_(&transport), options_(options) {}
  struct Answer {
    Bytes data;
    uint16_t sw = 0;
  };
  void trace(std::string_view direction, std::string_view name, View der) {
    if (watcher_) watcher_->message(direction, name, der);
  }
  Result<Answer> exchange(Bytes command);
  Result<Bytes> store_data(View request);

  ApduTransport* transport_ = nullptr;
  Options options_;
  Progress* watcher_ = nullptr;
  int channel_ = -1;
  unsigned pending_proactive_ = 0;  ///< length of the proactive command the card announced with 91xx
};

/// Cuts a Bound Profile Package into the units that an LPA sends, each in STORE DATA blocks of its own (SGP.22
/// 2.5.5): BF36 header with BF23; A0 header with its '87'; A1 header; each '88'; A2 header with its '87';
/// A3 header; each '86'. Error kind: invalid where the package has another shape.
Result<std::vector<Bytes>> segment_bound_profile_package(View boundProfilePackage);

/// The StoreMetadata request that a package carries in the clear ('88', MAC only). Error kind: invalid.
Result<messages::StoreMetadataRequest> metadata_of(View boundProfilePackage);

/// The InitialiseSecureChannel request that a package begins with. Error kind: invalid.
Result<messages::InitialiseSecureChannelRequest> initialise_secure_channel_of(View boundProfilePackage);

/// A status word for people: "6A82 (not found)".
std::string describe_sw(uint16_t sw);

}  // namespace sealift::download
