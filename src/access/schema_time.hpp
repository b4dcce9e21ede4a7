// An instant in the records of this room: INTEGER, seconds since 1970. Included by the .cpp files that
// declare them.
#pragma once

#include "asn1/schema.hpp"

namespace sealift::asn1 {

template <>
struct Codec<Time> : Codec<uint64_t> {
  static bool get(Decoder& d, const Tlv& t, Time& out, Tag as, Tag element) {
    uint64_t seconds = 0;
    if (!Codec<uint64_t>::get(d, t, seconds, as, element)) return false;
    if (seconds > uint64_t{1} << 40) return d.fail(t.whole, ErrorKind::limit, "a time beyond all years");
    out = Time(std::chrono::seconds(static_cast<int64_t>(seconds)));
    return true;
  }
  static void put(Writer& w, const Time& v, Tag as, Tag element) {
    Codec<uint64_t>::put(w, static_cast<uint64_t>(v.time_since_epoch().count()), as, element);
  }
  static void print(Printer& p, const char* name, const Time& v) {
    p.line(name, std::to_string(v.time_since_epoch().count()));
  }
};

}  // namespace sealift::asn1
