#include "hsm/key_holder.hpp"

#include <algorithm>

namespace sealift::hsm {

bool is_key_label(std::string_view label) {
  const auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !label.empty() && label.size() <= 64 && label[0] != '.' &&
         std::all_of(label.begin(), label.end(), fits);
}

namespace {

struct Asked {
  KeySession& session;
  Result<Answer> operator()(const FindCall& call) const { return Answer(TRY(session.find(call.label))); }
  Result<Answer> operator()(const SignCall& call) const {
    return Answer(TRY(session.sign(call.label, call.digest)));
  }
  Result<Answer> operator()(const AgreeCall& call) const { return Answer(TRY(session.agree(call.peer))); }
};

}  // namespace

Result<Answer> answer(KeySession& session, const Ask& ask) {
  return std::visit(Asked{session}, ask);
}

}  // namespace sealift::hsm
