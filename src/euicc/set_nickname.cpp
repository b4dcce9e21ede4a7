// ES10c.SetNickname (SGP.22 5.7.21).
#include "euicc/isdr.hpp"
#include "messages/es10c.hpp"

namespace sealift::euicc {

Reply set_nickname(Isdr& isdr, View command) {
  using enum messages::SetNicknameResult;
  auto request = DECODE(SetNicknameRequest, command);
  messages::SetNicknameResponse response;
  response.setNicknameResult = iccidNotFound;
  if (auto profile = isdr.memory.find(request.iccid)) {
    profile->nickname = request.profileNickname;
    Transaction t;
    Memory::put_profile(t, *profile);
    if (!isdr.memory.commit(t)) return sw::memory_problem;
    response.setNicknameResult = ok;
  }
  return asn1::encode(response);
}

}  // namespace sealift::euicc
