// The OpenAPI 3.1 document of an administration interface, made of the table of its routes.
#pragma once

#include "http/admin_route.hpp"

namespace sealift::http {

boost::json::object admin_openapi(const std::vector<AdminRoute>& routes);

}  // namespace sealift::http
