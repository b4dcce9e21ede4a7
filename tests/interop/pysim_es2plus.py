#!/usr/bin/env python3
"""osmocom's es2p_client.py, unmodified, as an operator of our SM-DP+: orders, confirms, releases and cancels over ES2+.

Needs SEALIFT_PYSIM, a checkout of pysim (contrib/es2p_client.py), and Debian's python3-requests; says skipped
otherwise. What it ordered a card of ours downloads.
"""
import os
import subprocess

from support.osmo import python
from support.world import SEALIFT, Background, check, client_certificate, free_port, main, sealift

OPERATOR = "mno.example.com"
CONFIG = """dir = "{dir}"
[[listener]]
name = "phones"
interfaces = ["es9plus"]
port = {phones}
[[listener]]
name = "operators"
interfaces = ["es2plus"]
port = {operators}
client_certificates = "required"
client_ca = ["{certificate}"]
[[listener]]
name = "admin"
interfaces = ["admin"]
port = 0
"""


class Es2pClient:
    """The operator's commands; each gives exit code and what was said."""

    def __init__(self, folder, port, credentials):
        interpreter, environment, pysim = python()
        self.command = [interpreter, pysim / "contrib/es2p_client.py", "--url", f"https://localhost:{port}", "--id", OPERATOR,
                        "--server-ca-cert", folder / "pki/ci.pem", "--client-cert", credentials]
        # Python's requests puts these before the CA that its caller names.
        self.environment = {k: v for k, v in environment.items() if k not in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")}

    def __call__(self, function, *arguments):
        done = subprocess.run([*map(str, self.command), function, *map(str, arguments)], capture_output=True, text=True,
                              env=self.environment, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def ok(self, function, *arguments):
        code, said = self(function, *arguments)
        assert code == 0, f"es2p_client.py {function}: {said}"


def stock(folder, numbers):
    packages = folder / "packages"
    packages.mkdir()
    iccids = [f"8988211000000000{number}" for number in numbers]
    for iccid in iccids:
        sealift("profile", "make", "--imsi", f"001010{iccid[-9:]}", "--iccid", iccid, "--k", os.urandom(16).hex(), "--opc",
                os.urandom(16).hex(), "--out", packages / f"{iccid}.der")
    sealift("inventory", "import", "--dir", folder, "--packages", packages, "--tenant", OPERATOR, "--type", "Consumer")
    return iccids


def life_of_an_order(folder, client, iccid, phones):
    state = lambda: sealift("order", "show", "--dir", folder, iccid)["state"]
    card = folder / "card.euicc"
    eid = sealift("euicc", "make", card, "--pki", folder / "pki")["eid"]
    client.ok("download-order", "--iccid", iccid, "--eid", eid)
    check("an order is linked to its EID", state() == "linked")
    client.ok("confirm-order", "--iccid", iccid, "--matchingId", "ES2P-CLIENT-1")
    check("it is confirmed under the operator's MatchingID", state() == "confirmed")
    client.ok("release-profile", "--iccid", iccid)
    check("it is released", state() == "released")
    done = sealift("lpa", "download", f"1$localhost:{phones}$ES2P-CLIENT-1", "--card", card, "--ci", folder / "pki/ci.der",
                   "--yes")
    check("the card downloads what was ordered", done["iccid"] == iccid and state() == "installed")
    code, said = client("download-order", "--iccid", iccid)
    check("it cannot be ordered again, with the codes of the specification", code != 0 and "8.2.1" in said)


def interop(folder):
    python()
    sealift("pki", "init", folder / "pki")
    certificate = client_certificate(folder / "operator.pem", folder / "operator.key", OPERATOR)
    both = folder / "operator-both.pem"
    both.write_text(certificate.read_text() + (folder / "operator.key").read_text())
    other = client_certificate(folder / "other.pem", folder / "other.key", OPERATOR)
    ports = {name: free_port() for name in ("phones", "operators")}
    config = folder / "smdp.toml"
    config.write_text(CONFIG.format(dir=folder, certificate=certificate, **ports))
    with Background([SEALIFT, "smdp", "serve", "--config", config], folder / "server.log", speaks=True) as server:
        server.line()
        sealift("tenant", "add", OPERATOR, "--dir", folder, "--certificate", certificate)
        first, second = stock(folder, ("101", "102"))
        client = Es2pClient(folder, ports["operators"], both)
        life_of_an_order(folder, client, first, ports["phones"])
        client.ok("download-order", "--profileType", "Consumer", "--eid", "89049032123451234512345678901235")
        check("a type is ordered from stock", sealift("order", "show", "--dir", folder, second)["state"] == "linked")
        code, said = client("confirm-order", "--iccid", second, "--eid", "89049032123451234512345678901332")
        check("another EID is refused", code != 0 and "8.1.1" in said and "3.10" in said)
        client.ok("cancel-order", "--iccid", second, "--eid", "89049032123451234512345678901235",
                  "--finalProfileStatusIndicator", "Available")
        check("a cancelled order is stock again", sealift("order", "show", "--dir", folder, second)["state"] == "available")
        stranger = folder / "other-both.pem"
        stranger.write_text(other.read_text() + (folder / "other.key").read_text())
        code, _ = Es2pClient(folder, ports["operators"], stranger)("download-order", "--iccid", second)
        check("another certificate of the same name gets nothing", code != 0)


if __name__ == "__main__":
    main(interop)
