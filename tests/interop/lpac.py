#!/usr/bin/env python3
"""lpac, unmodified, against our SM-DP+ and our virtual eUICC, over its stdio APDU driver.

SEALIFT_LPAC names the lpac program; without it the test says skipped (exit code 77). lpac resolves the SM-DP+'s
name itself, so the server is `localhost`. Each check is one line; the first that fails ends the run.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SEALIFT = ROOT / "build/release/sealift"
LPAC = os.environ.get("SEALIFT_LPAC")


def sealift(*arguments):
    done = subprocess.run([SEALIFT, *map(str, arguments), "--json"], capture_output=True, text=True)
    assert done.returncode == 0, f"sealift {' '.join(map(str, arguments))}: {done.stderr.strip()}"
    return json.loads(done.stdout)


def lpac(card, *arguments):
    """Runs lpac on the card; the payload of its last JSON line."""
    done = subprocess.run([SEALIFT, "euicc", "stdio", card, "--", LPAC, *arguments], capture_output=True, text=True,
                          env={**os.environ, "LPAC_APDU": "stdio", "LPAC_HTTP": "curl"})
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines and lines[-1]["type"] == "lpa", f"lpac {' '.join(arguments)}: {done.stdout} {done.stderr}"
    return lines[-1]["payload"]


def ok(payload):
    assert payload["code"] == 0, payload
    return payload["data"]


class Server:
    def __init__(self, folder):
        self.log = open(folder / "server.log", "w")
        self.process = subprocess.Popen([SEALIFT, "smdp", "serve", "--dir", folder], stdout=subprocess.PIPE,
                                        stderr=self.log, text=True)
        line = self.process.stdout.readline()
        self.address = re.search(r"localhost:\d+", line)[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


def order(folder, number, **options):
    package = folder / f"profile{number}.der"
    sealift("profile", "make", "--imsi", f"00101000000000{number}", "--iccid", f"898829900000000000{number}",
            "--k", os.urandom(16).hex(), "--opc", os.urandom(16).hex(), "--out", package)
    flags = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value)]
    return sealift("order", "create", "--dir", folder, "--profile", package, "--spn", f"Carrier {number}", *flags)


def check(what, holds):
    print(("ok      " if holds else "FAILED  ") + what, flush=True)
    assert holds, what


def download(card, code, *more):
    return lpac(card, "profile", "download", "-a", code, *more)


def run(folder):
    sealift("pki", "init", folder / "pki")
    card = folder / "card.euicc"
    eid = sealift("euicc", "make", card, "--pki", folder / "pki")["eid"]
    with Server(folder) as server:
        check("chip info shows our EID", ok(lpac(card, "chip", "info"))["eidValue"] == eid)
        first = order(folder, 1)
        ok(download(card, first["activationCode"]))
        profiles = ok(lpac(card, "profile", "list"))
        check("a profile downloads and is listed", [p["serviceProviderName"] for p in profiles] == ["Carrier 1"])
        shown = sealift("order", "show", "--dir", folder, first["iccid"])
        notifications = ok(lpac(card, "notification", "list"))
        check("its installation waits as a notification", len(notifications) >= 1)
        ok(lpac(card, "notification", "process", "-a", "-r"))
        check("notifications are processed and removed", ok(lpac(card, "notification", "list")) == [])
        shown = sealift("order", "show", "--dir", folder, first["iccid"])
        check("the order says installed", shown["state"] == "installed")
        second = download(card, first["activationCode"])
        check("the same code again is refused", second["code"] != 0)
        # lpac cancels the session after a refusal with a reason that ends the order: so one order each.
        closed = order(folder, 4, confirmation_code="2718")
        check("a wrong confirmation code is refused", download(card, closed["activationCode"], "-c", "1111")["code"] != 0)
        guarded = order(folder, 2, confirmation_code="2718")
        ok(download(card, guarded["activationCode"], "-c", "2718"))
        check("a confirmation code is taken", len(ok(lpac(card, "profile", "list"))) == 2)
        a, b = [p["iccid"] for p in ok(lpac(card, "profile", "list"))]
        states = lambda: {p["iccid"]: p["profileState"] for p in ok(lpac(card, "profile", "list"))}
        ok(lpac(card, "profile", "enable", a))
        check("enable", states()[a] == "enabled")
        ok(lpac(card, "profile", "enable", b))
        check("enabling one disables the other", states() == {a: "disabled", b: "enabled"})
        ok(lpac(card, "profile", "disable", b))
        check("disable", states()[b] == "disabled")
        ok(lpac(card, "profile", "nickname", b, "travel"))
        check("nickname", ok(lpac(card, "profile", "list"))[1]["profileNickname"] == "travel")
        ok(lpac(card, "profile", "delete", b))
        check("delete", list(states()) == [a])
        ok(lpac(card, "notification", "process", "-a", "-r"))
        check("all notifications are processed", ok(lpac(card, "notification", "list")) == [])
        lost = order(folder, 3, eid="89049032123451234512345678901235")
        check("an order for another EID is refused", download(card, lost["activationCode"])["code"] != 0)


def main():
    if not LPAC or not Path(LPAC).exists():
        print("skipped: SEALIFT_LPAC does not name the lpac program")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        try:
            run(Path(folder))
        except AssertionError as failure:
            print(f"FAILED  {failure}")
            print((Path(folder) / "server.log").read_text()[-3000:])
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
