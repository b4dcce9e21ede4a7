// ES2+ as an operator calls an SM-DP+: the four functions over mutual TLS, JSON (SGP.22 5.3, 6.5).
//
// Borrows a Client that has an identity (ClientOptions::identity), and like it belongs to one thread. A
// refusal comes back as its status and codes, everything else as an Error that says what to do.
#pragma once

#include "http/client.hpp"
#include "messages/es2.hpp"

namespace sealift::http {

/// Why a call gave nothing.
struct Es2Failure {
  std::optional<messages::FunctionExecutionStatus>
      status;   ///< set where the server answered Failed or Expired
  Error error;  ///< for people
  /// True where the server refused with these codes.
  bool is(std::string_view subjectCode, std::string_view reasonCode) const;
};
template <class Output>
using Es2Result = Result<Output, Es2Failure>;

class Es2Client {
 public:
  /// `client` must outlive this; `server` is the SM-DP+'s address, perhaps with ":port".
  Es2Client(Client& client, std::string server) : client_(client), server_(std::move(server)) {}

  // A call that was not answered is made again with the same header: then it is answered as the first was.
  Es2Result<messages::DownloadOrderOk> download_order(const messages::DownloadOrderRequest& request);
  Es2Result<messages::ConfirmOrderOk> confirm_order(const messages::ConfirmOrderRequest& request);
  Es2Result<void> cancel_order(const messages::CancelOrderRequest& request);
  Es2Result<void> release_profile(const messages::ReleaseProfileRequest& request);

 private:
  Es2Result<std::string> send(const char* function, const std::string& body);
  template <class Output>
  Es2Result<Output> call(const char* function, const std::string& body);
  Client& client_;
  std::string server_;
};

}  // namespace sealift::http
