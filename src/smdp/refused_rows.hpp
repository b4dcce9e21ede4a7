// Rows of the outbox that their addressee refuses: what an administrator sees of them, and how one is dropped
// that will never be taken. Nothing else ends such a row; it is sent again for ever, and later rows of its
// profile wait for it.
#pragma once

#include "smdp/admin.hpp"
#include "smdp/outbox.hpp"

namespace sealift::smdp {

/// Those of tenants that the principal sees, by number, the first thousand. Errors: permission, and the
/// outbox's.
Result<std::vector<RefusedRow>> list_refused(Outbox& outbox, const Principal& who);
/// The row is never sent; later ones of its profile are. Whether its order is still there does not matter.
/// Gives the row. Error kinds: permission, not_found (no such row is refused), and the outbox's.
Result<RefusedRow> drop_refused(const Ports& ports, Outbox& outbox, const Principal& who, uint64_t number);

}  // namespace sealift::smdp
