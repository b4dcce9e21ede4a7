#!/usr/bin/env python3
"""Our SM-DP+ against osmocom's conformance suite for one (osmo-ttcn3-hacks, smdpp/): ES9+ after SGP.23, and ES2+.

Needs what support/ttcn3.py names; says skipped otherwise. With arguments it runs the cases named by them alone.
What every case is to find on the server is made here, by the commands of an operator. docs/conformance.md has the
results, and why two cases cannot pass.
"""
import struct
import sys
import time
import zlib

from support import ttcn3
from support.world import SEALIFT, Background, check, main, run, sealift

OTHER_EID = "89049032123451234512345678901332"
# The suite hashes the hexadecimal digits 12345678 as four octets; people's codes are hashed as UTF-8.
CODE_HASH = "b2ed992186a5cb19f6668aade821f502c1d00970dfd0e35128d51bac4649916c"
# Those two sign the wrong octets: a server that verifies signatures cannot let them pass.
CANNOT_PASS = {"TC_SM_DP_ES9_GetBoundProfilePackageASN1_01_Nominal", "TC_SM_DP_ES9_HandleNotificationASN1_01_Nominal"}
OUTSIDE_CONTROL = ["ES9_Mode_Comparison"] + [f"SM_DP_ES9_{name}" for name in (
    "InitiateAuthenticationASN1_01_Nominal", "AuthenticateClientASN1_01_Nominal",
    "GetBoundProfilePackageASN1_01_Nominal", "CancelSession_After_AuthenticateClientASN1_01_Nominal",
    "HandleNotificationASN1_01_Nominal")]


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
    """A server with the certificates of one curve, and orders in the states that the cases expect."""

    def __init__(self, suite, place, name, curve, port):
        self.folder, self.suite, self.curve = place / name, suite, curve
        self.folder.mkdir()
        self.profiles = 100 if name == "elsewhere" else 0
        pki = self.folder / "pki"
        sealift("pki", "import", "ci", pki, ttcn3.pair(suite, curve, "ci")[0])
        for role in ("dp_auth", "dp_pb", "dp_tls"):
            certificate, key = ttcn3.pair(suite, curve, role)
            sealift("pki", "import", role, pki, certificate, "--key", key)
        # One attempt a profile makes one that has used up its attempts; perpetual orders have as many as they like.
        super().__init__([SEALIFT, "smdp", "serve", "--dir", self.folder, "--host", ttcn3.HOST, "--port", port,
                          "--public-port", "443", "--download-attempts", "1", "--any-matching-id"],
                         self.folder / "server.log", speaks=True)
        assert ttcn3.HOST in self.line()
        self.port = port
        self.icon = icon(self.folder)

    def profile(self):
        self.profiles += 1
        package = self.folder / f"profile{self.profiles}.der"
        number = f"{self.profiles:03}"
        sealift("profile", "make", "--imsi", f"001010000000{number}", "--iccid", f"8988211000000000{number}",
                "--k", "00112233445566778899aabbccddeeff", "--opc", "ffeeddccbbaa99887766554433221100", "--out", package)
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

    def download(self, card, matching_id):
        certificate, key = ttcn3.pair(self.suite, self.curve, "euicc")
        ci, eum = (ttcn3.pair(self.suite, self.curve, role)[0] for role in ("ci", "eum"))
        if not card.exists():
            sealift("euicc", "make", card, "--certificate", certificate, "--key", key, "--eum", eum, "--ci", ci)
        return run("lpa", "download", f"1${ttcn3.HOST}${matching_id}", "--card", card, "--ci", ci, "--yes",
                   "--connect-to", f"{ttcn3.HOST}:443:127.0.0.1:{self.port}")


def use_up(site, suite, place, matching_id):
    """Makes an order of `site` one whose attempts are used up: the suite's eUICC, on a card of ours, has got the same
    profile from elsewhere by then and cannot install it."""
    card = place / "card.euicc"
    with Site(suite, place, "elsewhere", site.curve, ttcn3.free_port()) as elsewhere:
        package = elsewhere.order(matching_id)
        assert elsewhere.download(card, matching_id)[0] == 0
    site.order(matching_id, package=package)
    assert site.download(card, matching_id)[0] != 0


GROUPS = (("ES2+", "ES2Plus"), ("complete flow", "complete_flow"), ("ASN.1 binding", "ASN1_01"), ("ASN.1 binding", "Mode_Comparison"), ("brainpool", "BRP"),
          ("CancelSession", "CancelSession"), ("HandleNotification", "HandleNotification"),
          ("InitiateAuthentication", "InitiateAuthentication"), ("AuthenticateClient, errors", "AuthenticateClientNIST_Error"),
          ("AuthenticateClient", "AuthenticateClient"), ("GetBoundProfilePackage, retries", "NIST_Retry"),
          ("GetBoundProfilePackage", "GetBoundProfilePackage"))


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
    ports = [ttcn3.free_port() for _ in ttcn3.CURVES]
    with Site(folder, place, "nist", "NIST", ports[0]) as nist, Site(folder, place, "brp", "BRP", ports[1]) as brp:
        nist.orders()
        brp.orders()
        use_up(nist, folder, place, "AC_MAX_RETRIES")
        parameters = {"mp_es9plus_server_port_nist": ports[0], "mp_es9plus_server_port_brp": ports[1]}
        named = [f"smdpp_Tests.{name}" for name in sys.argv[1:]]
        results = ttcn3.run_suite(folder, program, place, named or ["smdpp_Tests.control", *(f"smdpp_Tests.TC_{case}" for case in OUTSIDE_CONTROL)], parameters)
    report(results)
    failed = {name for name, (verdict, _) in results.items() if verdict != "pass"}
    check("every case passes that can", bool(results) and failed <= CANNOT_PASS)


if __name__ == "__main__":
    main(interop)
