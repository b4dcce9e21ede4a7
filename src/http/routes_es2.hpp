// The ES2+ functions of an SM-DP+ as HTTP paths in the JSON binding (SGP.22 6.2, 6.5):
// POST /gsma/rsp2/es2plus/<function>, on a listener that asks for client certificates (2.6.6).
//
// The certificate decides whose operator calls; one that is nobody's gets 403, and so does one that was shown
// by none. Functions answer 200 with a status in the body; other HTTP statuses are for what is no ES2+
// request. Handlers block on the store, and on an SM-DS for some seconds: the listener gives them threads of
// their own.
#pragma once

#include "http/router.hpp"
#include "http/tls.hpp"
#include "smdp/es2.hpp"

namespace sealift::http {

inline constexpr const char* es2_path = "/gsma/rsp2/es2plus/";
/// The longest body that ES2+ needs.
inline constexpr size_t max_es2_body = 16 * 1024;

/// Why a client is not served: 403 (nobody's certificate), 429 (it called too often).
struct Denied {
  unsigned status = 403;
};
/// Whose certificate this is. Called for each request, by many threads.
using FindRequester = std::function<Result<smdp::Requester, Denied>(const ClientIdentity&)>;

/// `es2` must outlive every server that uses the router.
void add_es2_routes(Router& router, smdp::Es2Ports& es2, FindRequester find);

}  // namespace sealift::http
