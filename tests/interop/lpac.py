#!/usr/bin/env python3
"""lpac, unmodified, against our SM-DP+ and our virtual eUICC, over its stdio APDU driver.

lpac_pcsc.py does the same over PC/SC. SEALIFT_LPAC names the lpac program; without it the test says skipped. lpac resolves the SM-DP+'s name itself, so
the server is `localhost`. Each check is one line; the first that fails ends the run.
"""
import json
import os
import subprocess

from support.world import SEALIFT, Server, check, from_environment, main, order, sealift


class Lpac:
    """lpac on one card; `prefix` is what runs before it, `driver` its APDU driver."""

    def __init__(self, prefix, driver, **environment):
        self.command = [*map(str, prefix), str(from_environment("SEALIFT_LPAC", "the lpac program"))]
        self.environment = {**os.environ, "LPAC_APDU": driver, "LPAC_HTTP": "curl", **environment}

    def __call__(self, *arguments):
        """The payload of its last JSON line."""
        done = subprocess.run([*self.command, *arguments], capture_output=True, text=True, env=self.environment)
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        assert lines and lines[-1]["type"] == "lpa", f"lpac {' '.join(arguments)}: {done.stdout} {done.stderr}"
        return lines[-1]["payload"]

    def ok(self, *arguments):
        payload = self(*arguments)
        assert payload["code"] == 0, f"lpac {' '.join(arguments)}: {payload}"
        return payload["data"]

    def download(self, code, *more):
        return self("profile", "download", "-a", code, *more)

    def states(self):
        return {p["iccid"]: p["profileState"] for p in self.ok("profile", "list")}


def whole_life(folder, lpac, eid):
    """Every function of lpac's, on an empty card and a server at work in `folder`."""
    check("chip info shows our EID", lpac.ok("chip", "info")["eidValue"] == eid)
    first = order(folder, 1)
    check("a profile downloads", lpac.download(first["activationCode"])["code"] == 0)
    check("it is listed", [p["serviceProviderName"] for p in lpac.ok("profile", "list")] == ["Carrier 1"])
    check("its installation waits as a notification", len(lpac.ok("notification", "list")) >= 1)
    lpac.ok("notification", "process", "-a", "-r")
    check("notifications are processed and removed", lpac.ok("notification", "list") == [])
    check("the order says installed", sealift("order", "show", "--dir", folder, first["iccid"])["state"] == "installed")
    check("the same code again is refused", lpac.download(first["activationCode"])["code"] != 0)
    # lpac cancels the session after a refusal with a reason that ends the order: so one order each.
    closed = order(folder, 4, confirmation_code="2718")
    check("a wrong confirmation code is refused", lpac.download(closed["activationCode"], "-c", "1111")["code"] != 0)
    guarded = order(folder, 2, confirmation_code="2718")
    check("a confirmation code is taken", lpac.download(guarded["activationCode"], "-c", "2718")["code"] == 0)
    a, b = lpac.states()
    lpac.ok("profile", "enable", a)
    check("enable", lpac.states()[a] == "enabled")
    lpac.ok("profile", "enable", b)
    check("enabling one disables the other", lpac.states() == {a: "disabled", b: "enabled"})
    lpac.ok("profile", "disable", b)
    check("disable", lpac.states()[b] == "disabled")
    lpac.ok("profile", "nickname", b, "travel")
    check("nickname", lpac.ok("profile", "list")[1]["profileNickname"] == "travel")
    lpac.ok("profile", "delete", b)
    check("delete", list(lpac.states()) == [a])
    lpac.ok("notification", "process", "-a", "-r")
    check("all notifications are processed", lpac.ok("notification", "list") == [])
    lost = order(folder, 3, eid="89049032123451234512345678901235")
    check("an order for another EID is refused", lpac.download(lost["activationCode"])["code"] != 0)


def make_card(folder):
    """A site, and a card of its EUM's: the card's file and EID."""
    card = folder / "card.euicc"
    sealift("pki", "init", folder / "pki")
    return card, sealift("euicc", "make", card, "--pki", folder / "pki")["eid"]


def interop(folder):
    lpac = Lpac([SEALIFT, "euicc", "stdio", folder / "card.euicc", "--"], "stdio")
    _, eid = make_card(folder)
    with Server(folder):
        whole_life(folder, lpac, eid)


if __name__ == "__main__":
    main(interop)
