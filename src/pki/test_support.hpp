// For this room's tests: the SGP.26 certificates of others, and a hierarchy of our own to break.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "asn1/time.hpp"
#include "pki/chain.hpp"
#include "pki/issue.hpp"

namespace sealift::pki::testing {

inline std::string vectors() {
  const char* set = std::getenv("SEALIFT_VECTORS");
  return set ? set : "../shared/vectors";
}

inline std::optional<Bytes> read_vector(const std::string& name) {
  std::ifstream file(vectors() + "/" + name, std::ios::binary);
  if (!file) return std::nullopt;
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

inline Time at(const char* rfc3339) {
  return *asn1::parse_rfc3339(rfc3339);
}

struct Vector {
  const char* file;
  Role role;
  const char* inside;  ///< an instant within the validity of the whole chain
  const char* ci;
  const char* eum;
};

inline constexpr const char* nist_ci = "sgp26/nist/CERT_CI_ECDSA_NIST.der";
inline constexpr const char* nist_eum = "sgp26/nist/CERT_EUM_ECDSA_NIST.der";
inline constexpr const char* brp_ci = "sgp26/brainpool/CERT_CI_ECDSA_BRP.der";
inline constexpr const char* brp_eum = "sgp26/brainpool/CERT_EUM_ECDSA_BRP.der";

/// Every certificate of the SGP.26 vectors.
inline const std::vector<Vector>& sgp26() {
  static const std::vector<Vector> all{
      {nist_ci, Role::ci, "2026-11-20T00:00:00Z", nist_ci, nist_eum},
      {nist_eum, Role::eum, "2026-11-20T00:00:00Z", nist_ci, nist_eum},
      {"sgp26/nist/CERT_EUICC_ECDSA_NIST.der", Role::euicc, "2026-11-20T00:00:00Z", nist_ci, nist_eum},
      {"sgp26/nist/CERT_S_SM_DPauth_ECDSA_NIST.der", Role::dp_auth, "2026-11-20T00:00:00Z", nist_ci,
       nist_eum},
      {"sgp26/nist/CERT_S_SM_DP2auth_ECDSA_NIST.der", Role::dp_auth, "2026-11-20T00:00:00Z", nist_ci,
       nist_eum},
      {"sgp26/nist/CERT_S_SM_DPpb_ECDSA_NIST.der", Role::dp_pb, "2026-11-20T00:00:00Z", nist_ci, nist_eum},
      {"sgp26/nist/CERT_S_SM_DP2pb_ECDSA_NIST.der", Role::dp_pb, "2026-11-20T00:00:00Z", nist_ci, nist_eum},
      {"sgp26/nist/CERT_S_SM_DP2_TLS.der", Role::dp_tls, "2025-01-01T00:00:00Z", nist_ci, nist_eum},
      {"sgp26/nist/CERT_S_SM_DP4_TLS.der", Role::dp_tls, "2025-01-01T00:00:00Z", nist_ci, nist_eum},
      {"sgp26/nist/CERT_S_SM_DP_VARO_TLS_NIST.der", Role::dp_tls, "2026-11-20T00:00:00Z", nist_ci, nist_eum},
      {brp_ci, Role::ci, "2026-11-20T00:00:00Z", brp_ci, brp_eum},
      {brp_eum, Role::eum, "2026-11-20T00:00:00Z", brp_ci, brp_eum},
      {"sgp26/brainpool/CERT_EUICC_ECDSA_BRP.der", Role::euicc, "2026-11-20T00:00:00Z", brp_ci, brp_eum},
      {"sgp26/brainpool/CERT_S_SM_DPauth_ECDSA_BRP.der", Role::dp_auth, "2026-11-20T00:00:00Z", brp_ci,
       brp_eum},
      {"sgp26/brainpool/CERT_S_SM_DP2auth_ECDSA_BRP.der", Role::dp_auth, "2026-11-20T00:00:00Z", brp_ci,
       brp_eum},
      {"sgp26/brainpool/CERT_S_SM_DPpb_ECDSA_BRP.der", Role::dp_pb, "2026-11-20T00:00:00Z", brp_ci, brp_eum},
      {"sgp26/brainpool/CERT_S_SM_DP2pb_ECDSA_BRP.der", Role::dp_pb, "2026-11-20T00:00:00Z", brp_ci, brp_eum},
      {"sgp26/brainpool/CERT_S_SM_DP_VARO_TLS_BRP.der", Role::dp_tls, "2026-11-20T00:00:00Z", brp_ci,
       brp_eum},
  };
  return all;
}

inline constexpr const char* our_time = "2026-06-01T00:00:00Z";
inline constexpr const char* our_eid = "89049032123451234512345678901235";

inline HierarchyOptions our_options() {
  HierarchyOptions o;
  o.deterministic = true;
  o.eid = *Eid::parse(our_eid);
  o.not_before = at("2026-01-01T00:00:00Z");
  o.dp_hosts = {"smdp.example.com", "localhost", "127.0.0.1", "::1"};
  o.crl_uris = {"http://ci.example.com/a.crl"};
  return o;
}

/// One hierarchy, made once; every test may read it.
inline const Hierarchy& ours() {
  static const Hierarchy made = [] {
    SeededRandom random(1);
    return std::move(*make_hierarchy(our_options(), random));
  }();
  return made;
}

}  // namespace sealift::pki::testing
