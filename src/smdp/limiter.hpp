// How much one peer may ask in vain: auth/limiter.hpp, which an SM-DS shares.
#pragma once

#include "auth/limiter.hpp"

namespace sealift::smdp {

using auth::address_key;
using auth::Limiter;

}  // namespace sealift::smdp
