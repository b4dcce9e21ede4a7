#!/usr/bin/env python3
"""Our SM-DP+ against osmocom's conformance suite for one (osmo-ttcn3-hacks, smdpp/): ES9+ after SGP.23, and ES2+.

Needs what support/ttcn3.py names; says skipped otherwise. With arguments it runs the cases named by them alone.
What every case is to find on the server is made here, by the commands of an operator. docs/conformance.md has the
results, and why two cases cannot pass.
"""
import os
import shutil
import struct
import sys
import time
import zlib

from support import ttcn3
from support.world import SEALIFT, Background, check, free_port, main, run, sealift

OTHER_EID = "89049032123451234512345678901332"
OPERATOR = "test.operator.com"
# The suite hashes the hexadecimal digits 12345678 as four octets; people's codes are hashed as UTF-8.
CODE_HASH = "b2ed992186a5cb19f6668aade821f502c1d00970dfd0e35128d51bac4649916c"
# Those two sign the wrong octets: a server that verifies signatures cannot let them pass.
CANNOT_PASS = {"TC_SM_DP_ES9_GetBoundProfilePackageASN1_01_Nominal", "TC_SM_DP_ES9_HandleNotificationASN1_01_Nominal"}
OUTSIDE_CONTROL = ["ES9_Mode_Comparison"] + [f"SM_DP_ES9_{name}" for name in (
    "InitiateAuthenticationASN1_01_Nominal", "AuthenticateClientASN1_01_Nominal",
    "GetBoundProfilePackageASN1_01_Nominal", "CancelSession_After_AuthenticateClientASN1_01_Nominal",
    "HandleNotificationASN1_01_Nominal")]
NAMED_PROFILES = [f"8900000000000000{number}" for number in (1010, 1028, 1036, 1044, 1051)]
PROFILES_OF_TYPE = 30  # one pass takes some twelve

CONFIG = """dir = "{dir}"
[orders]
# One attempt a profile makes one that has used up its attempts; perpetual orders have as many as they like.
download_attempts = 1
any_matching_id = true
[[listener]]
name = "p256"
interfaces = ["es9plus"]
host = "{host}"
port = {nist}
public_port = 443
[[listener]]
name = "brainpool"
interfaces = ["es9plus"]
host = "{host}"
port = {brp}
public_port = 443
certificates = "pki-brainpool"
[[listener]]
name = "operators"
interfaces = ["es2plus"]
host = "{host}"
port = {es2plus}
client_certificates = "required"
client_ca = ["{operator}"]
[[listener]]
name = "admin"
interfaces = ["admin"]
host = "{host}"
port = 0
"""


def icon(folder):
    """A PNG of 1024 octets: metadata of more than one segment."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    end = chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    path = folder / "icon.png"
    path.write_bytes(start + chunk(b"tEXt", b"Comment\0" + b"x" * (1024 - len(start + end) - 20)) + end)
    return path


class Site(Background):
    """One server: a listener for each curve with the certificates of that curve alone, one for operators."""

    def __init__(self, suite, place, name, operator):
        self.folder, self.suite, self.profiles = place / name, suite, 0
        self.folder.mkdir()
        self.ports = {key: free_port() for key in ("nist", "brp", "es2plus")}
        for pki, curve in (("pki", "NIST"), ("pki-brainpool", "BRP")):
            sealift("pki", "import", "ci", self.folder / pki, ttcn3.pair(suite, curve, "ci")[0])
            for role in ("dp_auth", "dp_pb", "dp_tls"):
                certificate, key = ttcn3.pair(suite, curve, role)
                sealift("pki", "import", role, self.folder / pki, certificate, "--key", key)
        config = self.folder / "smdp.toml"
        config.write_text(CONFIG.format(dir=self.folder, host=ttcn3.HOST, operator=operator, **self.ports))
        super().__init__([SEALIFT, "smdp", "serve", "--config", config], self.folder / "server.log", speaks=True)
        assert ttcn3.HOST in self.line()
        self.icon = icon(self.folder)

    def profile(self, iccid=None):
        self.profiles += 1
        package = self.folder / f"profile{self.profiles}.der"
        sealift("profile", "make", "--imsi", f"001010000000{self.profiles:03}", "--iccid",
                iccid or f"8988211000000000{self.profiles:03}", "--k", os.urandom(16).hex(), "--opc",
                os.urandom(16).hex(), "--out", package)
        return package

    def order(self, matching_id, *flags, package=None):
        package = package or self.profile()
        sealift("order", "create", "--dir", self.folder, "--profile", package, "--icon", self.icon, "--matching-id",
                matching_id, *flags)
        return package

    def orders(self):
        perpetual = ["--reinstall", "perpetual"]
        self.order("", "--eid", ttcn3.EID, *perpetual)
        self.order("CC_REQUIRED_TEST", "--confirmation-code-hash", CODE_HASH, *perpetual)
        self.order("AC_NO_CC", *perpetual)
        self.order("AC_WITH_CC", "--confirmation-code-hash", CODE_HASH, *perpetual)
        self.order("EVENT_001", *perpetual)
        self.order("AC_NOT_RELEASED", "--hold")
        self.order("AC_PPR1", "--rule", "ppr1", "--owner", "00101")
        for name in ("EVENT_RESTRICTED", "AC_RESTRICTED_EID", "AC_OTHER_EID"):
            self.order(name, "--eid", OTHER_EID)
        soon = time.time() + 2
        self.order("AC_EXPIRED", "--expires", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(soon)))
        time.sleep(max(0, soon - time.time()) + 1)

    def operator(self, certificate):
        """The operator that the ES2+ cases are, and its stock."""
        sealift("tenant", "add", OPERATOR, "--dir", self.folder, "--certificate", certificate, "--unbound",
                "true")
        for kind, iccids in (("Named", NAMED_PROFILES), ("Test", [None] * PROFILES_OF_TYPE)):
            stock = self.folder / kind
            stock.mkdir()
            for iccid in iccids:
                shutil.move(self.profile(iccid), stock)
            sealift("inventory", "import", "--dir", self.folder, "--packages", stock, "--tenant", OPERATOR, "--type",
                    kind)

    def download(self, card, matching_id):
        certificate, key = ttcn3.pair(self.suite, "NIST", "euicc")
        ci, eum = (ttcn3.pair(self.suite, "NIST", role)[0] for role in ("ci", "eum"))
        if not card.exists():
            sealift("euicc", "make", card, "--certificate", certificate, "--key", key, "--eum", eum, "--ci", ci)
        return run("lpa", "download", f"1${ttcn3.HOST}${matching_id}", "--card", card, "--ci", ci, "--yes",
                   "--connect-to", f"{ttcn3.HOST}:443:127.0.0.1:{self.ports['nist']}")


def use_up(site, suite, place, operator, matching_id):
    """Makes an order of `site` one whose attempts are used up: the suite's eUICC, on a card of ours, has got the same
    profile from elsewhere by then and cannot install it."""
    card = place / "card.euicc"
    with Site(suite, place, "elsewhere", operator) as elsewhere:
        package = elsewhere.order(matching_id, package=site.profile())
        assert elsewhere.download(card, matching_id)[0] == 0
    site.order(matching_id, package=package)
    assert site.download(card, matching_id)[0] != 0


GROUPS = (("ES2+", "ES2Plus"), ("complete flow", "complete_flow"), ("ASN.1 binding", "ASN1_01"),
          ("ASN.1 binding", "Mode_Comparison"), ("brainpool", "BRP"), ("CancelSession", "CancelSession"),
          ("HandleNotification", "HandleNotification"), ("InitiateAuthentication", "InitiateAuthentication"),
          ("AuthenticateClient, errors", "AuthenticateClientNIST_Error"), ("AuthenticateClient", "AuthenticateClient"),
          ("GetBoundProfilePackage, retries", "NIST_Retry"), ("GetBoundProfilePackage", "GetBoundProfilePackage"))


def group_of(name):
    return next((title for title, part in GROUPS if part in name), "other")


def report(results):
    groups = {}
    for name, (verdict, reason) in sorted(results.items()):
        counts = groups.setdefault(group_of(name), [0, 0])
        counts[0] += verdict == "pass"
        counts[1] += 1
        if verdict != "pass":
            print(f"{verdict:<7} {name}  ({reason})")
    for title, (passed, count) in groups.items():
        print(f"{title:<34} {passed:>3} of {count}")
    passed = sum(verdict == "pass" for verdict, _ in results.values())
    print(f"{'all':<34} {passed:>3} of {len(results)}", flush=True)


def interop(place):
    folder, program = ttcn3.suite()
    operator = ttcn3.operator_certificate(folder, place)
    with Site(folder, place, "site", operator) as site:
        site.orders()
        site.operator(operator)
        use_up(site, folder, place, operator, "AC_MAX_RETRIES")
        parameters = {"mp_es9plus_server_port_nist": site.ports["nist"], "mp_es9plus_server_port_brp": site.ports["brp"],
                      "mp_es2plus_server_port": site.ports["es2plus"]}
        named = [f"{'ES2Plus_Tests' if 'ES2Plus_' in name and 'ES9Plus' not in name else 'smdpp_Tests'}.{name}"
                 for name in sys.argv[1:]]
        everything = ["smdpp_Tests.control", *(f"smdpp_Tests.TC_{case}" for case in OUTSIDE_CONTROL),
                      "ES2Plus_Tests.control"]
        results = ttcn3.run_suite(folder, program, place, named or everything, parameters)
    report(results)
    failed = {name for name, (verdict, _) in results.items() if verdict != "pass"}
    check("every case passes that can", bool(results) and failed <= CANNOT_PASS)


if __name__ == "__main__":
    main(interop)
