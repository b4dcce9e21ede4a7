// The ES11 functions of an SM-DS as HTTP paths (SGP.22 6.2): those of ES9+, in the JSON and the ASN.1
// binding.
//
// A request is read into its message, one function of smds is called, and its response or refusal written;
// HTTP statuses are as in routes_es9.hpp.
#pragma once

#include "http/router.hpp"
#include "smds/ports.hpp"

namespace sealift::http {

/// `ports` must outlive every server that uses the router. A router has these or add_es9_routes, not both:
/// the paths are the same.
void add_es11_routes(Router& router, smds::Ports& ports);

}  // namespace sealift::http
