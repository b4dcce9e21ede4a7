#!/usr/bin/env python3
"""osmocom's es2p_client.py, unmodified, as an operator of our SM-DP+: orders, confirms, releases and cancels over ES2+.

Needs SEALIFT_PYSIM, a checkout of pysim (contrib/es2p_client.py), and Debian's python3-requests; says skipped
otherwise. What it ordered a card of ours downloads.
"""
import subprocess

from support.operators import OPERATOR, OperatorsServer
from support.osmo import python
from support.world import check, client_certificate, main, sealift

EID, OTHER_EID = "89049032123451234512345678901235", "89049032123451234512345678901332"


class Es2pClient:
    """The operator's commands; each gives exit code and what was said."""

    def __init__(self, server, certificate, key):
        interpreter, environment, pysim = python()
        both = certificate.with_suffix(".both")
        both.write_text(certificate.read_text() + key.read_text())
        self.command = [interpreter, pysim / "contrib/es2p_client.py", "--url", f"https://localhost:{server.operators}",
                        "--id", OPERATOR, "--server-ca-cert", server.folder / "pki/ci.pem", "--client-cert", both]
        # Python's requests puts these before the CA that its caller names.
        self.environment = {k: v for k, v in environment.items() if k not in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")}

    def __call__(self, function, *arguments):
        done = subprocess.run([*map(str, self.command), function, *map(str, arguments)], capture_output=True, text=True,
                              env=self.environment, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def ok(self, function, *arguments):
        code, said = self(function, *arguments)
        assert code == 0, f"es2p_client.py {function}: {said}"


def life_of_an_order(server, client, iccid):
    card, pki = server.folder / "card.euicc", server.folder / "pki"
    eid = sealift("euicc", "make", card, "--pki", pki)["eid"]
    client.ok("download-order", "--iccid", iccid, "--eid", eid)
    check("an order is linked to its EID", server.state(iccid) == "linked")
    client.ok("confirm-order", "--iccid", iccid, "--matchingId", "ES2P-CLIENT-1")
    check("it is confirmed under the operator's MatchingID", server.state(iccid) == "confirmed")
    client.ok("release-profile", "--iccid", iccid)
    check("it is released", server.state(iccid) == "released")
    done = sealift("lpa", "download", f"1$localhost:{server.phones}$ES2P-CLIENT-1", "--card", card, "--ci", pki / "ci.der",
                   "--yes")
    check("the card downloads what was ordered", done["iccid"] == iccid and server.state(iccid) == "installed")
    code, said = client("download-order", "--iccid", iccid)
    check("it cannot be ordered again, with the codes of the specification", code != 0 and "8.2.1" in said)


def interop(folder):
    python()
    sealift("pki", "init", folder / "pki")
    with OperatorsServer(folder) as server:
        first, second = server.stock("101", "102")
        client = Es2pClient(server, server.certificate, server.key)
        life_of_an_order(server, client, first)
        client.ok("download-order", "--profileType", "Consumer", "--eid", EID)
        check("a type is ordered from stock", server.state(second) == "linked")
        code, said = client("confirm-order", "--iccid", second, "--eid", OTHER_EID)
        check("another EID is refused", code != 0 and "8.1.1" in said and "3.10" in said)
        client.ok("cancel-order", "--iccid", second, "--eid", EID, "--finalProfileStatusIndicator", "Available")
        check("a cancelled order is stock again", server.state(second) == "available")
        key = folder / "other.key"
        stranger = Es2pClient(server, client_certificate(folder / "other.pem", key, OPERATOR), key)
        code, _ = stranger("download-order", "--iccid", second)
        check("another certificate of the same name gets nothing", code != 0)


if __name__ == "__main__":
    main(interop)
