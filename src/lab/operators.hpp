// Whose ES2+ client certificate is whose, and what that operator's orders may be: the tenants of the
// administration (access/directory.hpp), as ES2+ asks for them.
#pragma once

#include "access/directory.hpp"
#include "http/routes_es2.hpp"

namespace sealift::lab {

/// What a tenant's policies say of orders that come over ES2+.
smdp::OrderPolicy order_policy(const access::Policies& policies);

/// By the tenants as they are at each request. Suspended ones are nobody (403); who calls more often than its
/// policy allows is told so (429). `directory` and `clock` outlive the result.
http::FindRequester operators(const access::Directory& directory, Clock& clock);

}  // namespace sealift::lab
