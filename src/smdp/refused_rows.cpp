#include "smdp/refused_rows.hpp"

#include <algorithm>

#include "smdp/admin_steps.hpp"
#include "smdp/steps.hpp"

namespace sealift::smdp {

void RefusedRows::note(const Queued& row, Sent how, Time now, std::string why) {
  if (how == Sent::unreachable) return;
  std::lock_guard lock(mutex_);
  if (how == Sent::delivered) {
    rows_.erase(row.number);
    return;
  }
  rows_[row.number] = {row, now, std::move(why)};
  if (rows_.size() <= most_) return;
  rows_.erase(std::ranges::min_element(rows_, {}, [](const auto& one) { return one.second.last; }));
}

std::vector<RefusedRow> RefusedRows::all(Time now) const {
  constexpr auto kept = std::chrono::minutes(30);  // one that is still refused was tried again meanwhile
  std::lock_guard lock(mutex_);
  std::vector<RefusedRow> out;
  for (const auto& [number, one] : rows_)
    if (one.last + kept >= now) out.push_back(one);
  return out;
}

Status RefusedRows::drop(uint64_t number) {
  TRY_VOID(outbox_.delivered(number));
  std::lock_guard lock(mutex_);
  rows_.erase(number);
  return {};
}

Result<std::vector<RefusedRow>> list_refused(const Ports& ports, const RefusedRows& rows, const Principal& who) {
  TRY_VOID(access::permit(who, Permission::read_profiles));
  std::vector<RefusedRow> out = rows.all(ports.clock.now());
  std::erase_if(out, [&](const RefusedRow& one) { return !access::sees(who, one.row.what.tenant); });
  return out;
}

Result<RefusedRow> drop_refused(Ports& ports, RefusedRows& rows, const Principal& who, uint64_t number) {
  TRY_VOID(access::permit(who, Permission::change_orders));
  for (RefusedRow& one : rows.all(ports.clock.now())) {
    if (one.row.number != number || !access::sees(who, one.row.what.tenant)) continue;
    Status written;
    for (int i = 0; i < kMaxConflicts; ++i) {
      const Order order = TRY(visible_order(ports, who, one.row.what.iccid));
      written = ports.orders.apply(
          {.after = order, .audit = audit_of(ports, who, "drop_outgoing", "row " + std::to_string(number))});
      if (written || written.error().kind != ErrorKind::conflict) break;
    }
    TRY_VOID(std::move(written));
    TRY_VOID(rows.drop(number));
    if (ports.bell) ports.bell->ring();
    return std::move(one);
  }
  return Error{ErrorKind::not_found, "no row " + std::to_string(number) + " is refused; list those that are"};
}

}  // namespace sealift::smdp
