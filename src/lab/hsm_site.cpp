#include "lab/hsm_site.hpp"

namespace sealift::lab {

Result<SiteHsms> open_hsms(const std::vector<KeysFolder>& sets, const hsm::Desk::Changed& changed) {
  SiteHsms out;
  for (const KeysFolder& set : sets) {
    if (!set.hsm) continue;
    set.hsm->changed = changed;
    out.desks.push_back(TRY(set.hsm->desk()));
    if (!out.key_agreement && set.hsm->has("dp_pb")) out.key_agreement = TRY(set.hsm->key_agreement());
  }
  return out;
}

Status require_keyd(const std::vector<KeysFolder>& sets) {
  for (const KeysFolder& set : sets) {
    if (set.hsm && set.hsm->is_remote() && set.hsm->has("dp_auth") && set.hsm->has("dp_pb")) continue;
    return Error{ErrorKind::permission, "production: the keys dp_auth and dp_pb of " + set.dir +
                                            " have to be in an HSM behind sealift-keyd; see `sealift pki hsm "
                                            "--help`, with --socket"};
  }
  return {};
}

}  // namespace sealift::lab
