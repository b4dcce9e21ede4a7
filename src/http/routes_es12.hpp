// The ES12 functions of an SM-DS as HTTP paths, /gsma/rsp2/es12/<function>, and ES15's,
// /gsma/rsp2/es15/<function> (SGP.22 6.2, 6.5), in the JSON binding.
//
// Behind a listener that asks for client certificates: who showed none, or none with an OID under a CI of
// RSP, gets 403 and nothing else, before a body is read.
#pragma once

#include "http/router.hpp"
#include "smds/ports.hpp"

namespace sealift::http {

/// What the paths of the two interfaces begin with.
inline constexpr const char* es12_path = "/gsma/rsp2/es12/";
inline constexpr const char* es15_path = "/gsma/rsp2/es15/";

/// `ports` must outlive every server that uses the router.
void add_es12_routes(Router& router, smds::Ports& ports);

}  // namespace sealift::http
