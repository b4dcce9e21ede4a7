// TS 33.102 6.3.2: distribution of authentication vectors.
#include <algorithm>

#include "auc/auc.hpp"
#include "auc/functions.hpp"
#include "auc/update.hpp"

namespace sealift::auc {
namespace {

Result<Vector> vector_of(const Subscriber& subscriber, const Octets<16>& rand, Sqn sqn) {
  const Functions functions = TRY(Functions::of(subscriber));
  Functions::Response r = functions.f2345(rand);
  const Octets<6> concealed = exclusive_or(sqn.octets(), r.ak.expose());
  const Octets<8> mac = functions.f1(rand, sqn.octets(), subscriber.amf);
  Octets<16> autn;
  auto at = std::copy(concealed.begin(), concealed.end(), autn.begin());
  at = std::copy(subscriber.amf.begin(), subscriber.amf.end(), at);
  std::copy(mac.begin(), mac.end(), at);
  return Vector{rand, std::move(r.res), std::move(r.ck), std::move(r.ik), autn, sqn};
}

}  // namespace

Result<Vector> generate_vector(const Ports& ports, const Imsi& imsi) {
  const auto rand = ports.random.octets<16>();
  return update_subscriber(ports, imsi, [&](Subscriber& subscriber) -> Result<Vector> {
    if (subscriber.state.barred) {
      return Error{ErrorKind::permission, "the subscriber is barred; an operator can lift that"};
    }
    if (subscriber.state.issued.exhausted()) {
      return Error{ErrorKind::limit, "the subscriber's sequence numbers are used up; it needs a new K"};
    }
    subscriber.state.issued = subscriber.state.issued.next();
    subscriber.state.last_rand = rand;
    return vector_of(subscriber, rand, subscriber.state.issued);
  });
}

Status set_barred(const Ports& ports, const Imsi& imsi, bool barred) {
  return update_subscriber(ports, imsi, [&](Subscriber& subscriber) -> Status {
    subscriber.state.barred = barred;
    return {};
  });
}

std::string_view name(Suspicion suspicion) {
  return suspicion == Suspicion::never_issued ? "never issued" : "behind confirmed";
}

}  // namespace sealift::auc
