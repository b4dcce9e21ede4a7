// The ES9+ functions of an SM-DP+ as HTTP paths (SGP.22 6.2): in the JSON binding (6.5) as
// /gsma/rsp2/es9plus/<function>, in the ASN.1 binding (6.6) all at /gsma/rsp2/asn1.
//
// A request is read into its message, one function of smdp is called, and its response or refusal written.
// Functions answer 200 with a status (JSON) or a number (ASN.1) in the body, handleNotification 204 without
// one; other HTTP statuses are for requests that are no ES9+ request, and in the ASN.1 binding for what it
// has no number for.
#pragma once

#include "http/router.hpp"
#include "smdp/ports.hpp"

namespace sealift::http {

/// `ports` must outlive every server that uses the router.
void add_es9_routes(Router& router, smdp::Ports& ports);

}  // namespace sealift::http
