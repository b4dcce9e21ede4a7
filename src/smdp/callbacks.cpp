#include "smdp/callbacks.hpp"

#include "asn1/schema.hpp"
#include "smdp/reissue.hpp"

namespace sealift::asn1 {

using smdp::Event;
using smdp::Progress;

// Progress and Event: ours alone, read again by nobody else.
template <>
inline constexpr auto schema<Progress> = sequence(0x30, field("call", &Progress::call, 0x80),
                                                  field("point", &Progress::point, 0x81).range(1, 102),
                                                  field("eid", &Progress::eid, 0x82),
                                                  field("profileType", &Progress::profileType, 0x83),
                                                  field("subjectCode", &Progress::subjectCode, 0x84),
                                                  field("reasonCode", &Progress::reasonCode, 0x85),
                                                  field("resultData", &Progress::resultData, 0x86));
ASN1_MESSAGE(Progress)

template <>
inline constexpr auto schema<Event> = sequence(0x30, field("call", &Event::call, 0x80),
                                               field("eid", &Event::eid, 0x81),
                                               field("eventId", &Event::eventId, 0x82),
                                               field("rspServerAddress", &Event::rspServerAddress, 0x83));
ASN1_MESSAGE(Event)

}  // namespace sealift::asn1

namespace sealift::smdp {

/// True where peers of v2 are told too.
static bool is_progress(Point point) {
  return point <= Point::installation || point == reissue_asked || point == reissued;
}

Bytes encode(const Progress& progress) {
  return asn1::encode(progress);
}
Result<Progress> decode_progress(View content) {
  return asn1::decode<Progress>(content);
}
Bytes encode(const Event& event) {
  return asn1::encode(event);
}
Result<Event> decode_event(View content) {
  return asn1::decode<Event>(content);
}

bool is_told(const Ports& ports, const Order& order, Point point) {
  if (!ports.callbacks) return false;
  const Told told = ports.callbacks->told(order.tenant);
  return told == Told::notifications || (told == Told::progress && is_progress(point));
}

void tell(Ports& ports, Transition& change, const News& news) {
  const Order& order = change.after;
  if (!is_told(ports, order, news.point)) return;
  Progress progress{.call = ports.random.octets<16>(),
                    .point = news.point,
                    .eid = news.eid,
                    .profileType = order.profileType};
  if (news.failure) {
    progress.subjectCode = news.failure->subjectCode;
    progress.reasonCode = news.failure->reasonCode;
  }
  if (!news.resultData.empty()) progress.resultData = to_bytes(news.resultData);
  const bool v2 = is_progress(news.point);
  change.outgoing.push_back({v2 ? OutgoingKind::download_progress : OutgoingKind::notification, order.iccid,
                             order.tenant, "", encode(progress), ports.clock.now()});
}

Status tell_alone(Ports& ports, const Order& order, const News& news, std::string_view audit) {
  if (!is_told(ports, order, news.point)) return {};
  if (ports.notices && !ports.notices->take(order.iccid.digits(), ports.clock.monotonic())) return {};
  Transition t{.after = order, .audit = {ports.clock.now(), "es9+", "refuse", std::string(audit)}};
  tell(ports, t, news);
  Status done;
  for (int i = 0; i < 4; ++i) {
    done = ports.orders.apply(t);
    if (done || done.error().kind != ErrorKind::conflict) break;
    const std::optional<Order> now = TRY(ports.orders.find(order.iccid));
    if (!now) return {};
    t.after = *now;
  }
  if (done && ports.bell) ports.bell->ring();
  return done || done.error().kind == ErrorKind::conflict ? Status() : std::move(done);
}

bool has_event(const Order& order) {
  const bool open = order.state == OrderState::released || order.state == OrderState::downloaded;
  return open && order.smdsAddress && order.eid && order.matchingId && !order.matchingId->empty();
}

void tell_smds(Ports& ports, const Order& before, Transition& change) {
  const bool had = has_event(before), has = has_event(change.after);
  if (had == has &&
      (!had || (before.eid == change.after.eid && before.matchingId == change.after.matchingId &&
                before.smdsAddress == change.after.smdsAddress))) {
    return;
  }
  const auto add = [&](OutgoingKind kind, const Order& order) {
    const Event event{ports.random.octets<16>(), *order.eid, order.matchingId->value(),
                      ports.settings.smdpAddress};
    change.outgoing.push_back(
        {kind, order.iccid, order.tenant, *order.smdsAddress, encode(event), ports.clock.now()});
  };
  if (had) add(OutgoingKind::delete_event, before);
  if (has) add(OutgoingKind::register_event, change.after);
}

}  // namespace sealift::smdp
