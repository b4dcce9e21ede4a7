// A phone for the load engine: a virtual card behind the requests of one download.
#pragma once

#include "download/download.hpp"
#include "http/load_engine.hpp"
#include "lab/virtual_card.hpp"
#include "messages/es9_json.hpp"

namespace sealift::lab {

/// A reply's output, or the error that it is counted under: "function subject/reason".
template <class Output>
Result<Output> output_of(const char* function, const http::Response& response) {
  if (response.status != 200) {
    return Error{ErrorKind::conflict, std::string(function) + " HTTP " + std::to_string(response.status)};
  }
  auto reply = messages::reply_from_json<Output>(response.body);
  if (!reply) return Error{ErrorKind::invalid, std::string(function) + " unreadable"};
  if (reply->output) return std::move(*reply->output);
  const auto& data = reply->functionExecutionStatus.statusCodeData;
  return Error{ErrorKind::conflict,
               std::string(function) + " " + (data ? data->subjectCode + "/" + data->reasonCode : "failed")};
}

/// Downloads by activation code number `number`, then reports the installation. Failures are counted by
/// "function subject/reason", or by the step that failed.
Result<std::unique_ptr<http::VirtualPhone>> make_load_phone(VirtualCard card, download::ActivationCode code);

}  // namespace sealift::lab
