// A session as octets, for a store that several nodes share (docs/formats/session.md). DER of our own; a
// session of another version of this program does not decode, and its phone begins anew.
//
// Of the order that a session carries only MatchingID and tenant are in it: the next step reads the rest as
// it is then. Whoever can write such octets is believed, as with the orders themselves.
#pragma once

#include "smdp/session.hpp"

namespace sealift::smdp {

Bytes encode(const Session& session);
/// Error kinds: the reader's, or invalid (a key or certificate in it).
Result<Session> decode_session(View octets);

}  // namespace sealift::smdp
