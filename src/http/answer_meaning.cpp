#include "http/answer_meaning.hpp"

#include <charconv>

namespace sealift::http {

smdp::Sent meaning_of(unsigned status) {
  const bool busy = status == 408 || status == 425 || status == 429;
  // Whoever does not know us, or is not who we take it for, takes nothing of us.
  const bool stranger = status == 401 || status == 403 || status == 404;
  return status / 100 == 4 && !busy && !stranger ? smdp::Sent::refused : smdp::Sent::unreachable;
}

std::chrono::seconds retry_after(const Response& response) {
  if (response.status != 429 && response.status != 503) return {};
  uint32_t seconds = 0;
  const std::string_view text = response.header("Retry-After");
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (problem != std::errc() || end != text.data() + text.size()) return {};
  return std::chrono::seconds(seconds);
}

}  // namespace sealift::http
