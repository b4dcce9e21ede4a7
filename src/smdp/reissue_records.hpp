// Reissues as the record store has them. Internal.
#pragma once

#include "access/records.hpp"
#include "smdp/reissue.hpp"

namespace sealift::smdp {

inline constexpr const char* reissue_kind = "reissue";

struct KeptReissue {
  access::Record record;
  Reissue reissue;
};

/// The reissue of a profile, where the principal sees it. Error kind not_found.
Result<KeptReissue> find_reissue(access::Office& office, const Principal& who, const Iccid& iccid);
Result<std::vector<KeptReissue>> all_reissues(access::Office& office);
/// Compare and swap; what was kept is then as in the store. Error kinds: conflict, those of the store.
Status keep(access::Office& office, KeptReissue& kept, const Audit& audit);
/// Forgets those that ended, and whose day is over.
Status forget_old_reissues(access::Office& office);

}  // namespace sealift::smdp
