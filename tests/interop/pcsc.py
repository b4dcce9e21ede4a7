#!/usr/bin/env python3
"""Our LPA over PC/SC: pcscd and vpcd, both as Debian has them, between the LPA and the card.

A download from our server, profile management, and what the LPA says where reader, card or pcscd are missing. Says
skipped where pcscd, vpcd or namespaces are not to be had.
"""
import os
import signal
import subprocess

from support.pcsc import READER, CardInReader, inside_namespace
from support.world import SEALIFT, Server, check, main, order, run, sealift, secret

PCSC = ["--reader", "pcsc"]


def refusal(*arguments):
    code, answer = run(*arguments)
    return answer["error"] if code else {"kind": "none", "message": ""}


def life(folder, eid):
    check("the card is found and read", sealift("lpa", "eid", *PCSC)["eid"] == eid)
    check("a reader is found by the beginning of its name",
          sealift("lpa", "eid", "--reader", "pcsc:Virtual")["eid"] == eid)
    trust = ["--ci", folder / "pki/ci.der"]
    one, two = order(folder, 1), order(folder, 2, confirmation_code="2718")
    done = sealift("lpa", "download", one["activationCode"], *PCSC, *trust, "--enable", "--yes")
    check("a profile downloads and is enabled", done["iccid"] == one["iccid"])
    check("the order says installed", sealift("order", "show", "--dir", folder, one["iccid"])["state"] == "installed")
    done = sealift("lpa", "download", two["activationCode"], *PCSC, *trust, "--confirmation-code", secret(folder, "2718"),
                   "--yes")
    check("another with a confirmation code, in small blocks",
          sealift("lpa", "enable", two["iccid"], *PCSC, *trust, "--yes", "--block", "100")["ok"])
    states = {p["iccid"]: p["state"] for p in sealift("lpa", "list", *PCSC)["profiles"]}
    check("enabling one disables the other", states == {one["iccid"]: "disabled", two["iccid"]: "enabled"})
    sealift("lpa", "delete", one["iccid"], *PCSC, *trust, "--yes")
    check("delete", [p["iccid"] for p in sealift("lpa", "list", *PCSC)["profiles"]] == [two["iccid"]])
    check("no notification is left", sealift("lpa", "notifications", *PCSC)["notifications"] == [])


def held_by_another(folder, card_process):
    """A second program at the card, then the card taken out under the first."""
    code = order(folder, 3, confirmation_code="2718")["activationCode"]
    lpa, asked = [SEALIFT, "lpa", "download", code, *PCSC, "--ci", folder / "pki/ci.der"], ""
    with subprocess.Popen(lpa, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True) as first:
        while "[y/N" not in (asked := asked + first.stderr.read(1)):  # it holds the card while it asks
            assert first.poll() is None, asked
        error = refusal("lpa", "eid", *PCSC)
        check("a card that another program has is said to be so", error["kind"] == "conflict")
        os.kill(card_process.pid, signal.SIGTERM)
        card_process.wait()
        said = first.communicate("y\n2718\n")[1]
    check("a card taken out in the middle is said to be so", first.returncode == 1 and "the card" in said)


def interop(folder):
    inside_namespace()
    card = folder / "card.euicc"
    sealift("pki", "init", folder / "pki")
    eid = sealift("euicc", "make", card, "--pki", folder / "pki")["eid"]
    error = refusal("lpa", "eid", *PCSC)
    check("no card in any reader is said to be so", error["kind"] == "not_found" and READER in error["message"])
    error = refusal("lpa", "eid", "--reader", f"pcsc:{READER}")
    check("no card in this reader is said to be so", error["kind"] == "not_found" and "no card" in error["message"])
    error = refusal("lpa", "eid", "--reader", "pcsc:ACME")
    check("an unknown reader is said to be so", error["kind"] == "not_found" and "ACME" in error["message"])
    with Server(folder):
        with CardInReader(card):
            life(folder, eid)
        with CardInReader(card) as again:
            check("taken out and put in again, it is the same card", sealift("lpa", "eid", *PCSC)["eid"] == eid)
            held_by_another(folder, again.process)


if __name__ == "__main__":
    main(interop)
