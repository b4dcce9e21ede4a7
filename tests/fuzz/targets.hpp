// The fuzz targets: a line here, a file of that name, a corpus of that name, a test in replay_test.cpp. CMake
// and tests/long/fuzz read the names from this file.
#pragma once

#include "fuzz.hpp"

namespace sealift::fuzz {

extern const Target target_apdu;          ///< the card's APDU door, a profile enabled
extern const Target target_bsp_loader;    ///< Bound Profile Packages whose MACs are right
extern const Target target_certificates;  ///< X.509, CRLs, chains, PEM and key files
extern const Target target_http;          ///< the HTTPS server, ES9+ and the administration
extern const Target target_keyd;          ///< the socket of the key holder, both ends
extern const Target target_lpa;           ///< a hostile server and a hostile card before an LPA
extern const Target target_messages;      ///< every message, DER and JSON
extern const Target target_peers;         ///< operators and servers after TLS: ES2+, its callbacks, ES12
extern const Target target_profile;       ///< profile elements into a card's interpreter
extern const Target target_saip;          ///< profile packages in the hands of an operator
extern const Target target_text;          ///< what people and programs type

}  // namespace sealift::fuzz
