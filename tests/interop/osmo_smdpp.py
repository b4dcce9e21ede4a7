#!/usr/bin/env python3
"""Our LPA and card against osmo-smdpp, unmodified, on both curves, with the SGP.26 test identities.

Needs SEALIFT_PYSIM, SEALIFT_PYSIM_PYTHONPATH and SEALIFT_SGP26 (support/osmo.py); says skipped otherwise. With
arguments CURVE SECONDS it only serves, and prints the route and the CI file: for trying by hand and for the bench.
"""
import sys
import time

from support.osmo import HOST, OsmoSmdpp, card_options, python, sgp26
from support.world import check, main, run, sealift

PROFILE = "TS48v2_SAIP2.3_NoBERTLV"


def download(folder, curve):
    card = folder / f"{curve}.euicc"
    eid = sealift("euicc", "make", card, *card_options(curve))["eid"]
    check(f"{curve}: the card has the SGP.26 EID", eid == "89049032123451234512345678901235")
    place = folder / curve
    place.mkdir()
    with OsmoSmdpp(place, curve) as server:
        device = ["--card", card, "--ci", sgp26("CI", curve)[0], "--connect-to", server.connect_to]
        done = sealift("lpa", "download", f"1${HOST}${PROFILE}", *device, "--enable", "--yes")
        check(f"{curve}: a profile downloads", bool(done["iccid"]))
        profiles = sealift("lpa", "list", "--card", card)["profiles"]
        check(f"{curve}: it is enabled", [(p["iccid"], p["state"]) for p in profiles] == [(done["iccid"], "enabled")])
        sealift("lpa", "disable", done["iccid"], "--yes", *device)
        sealift("lpa", "delete", done["iccid"], "--yes", *device)
        sealift("lpa", "notifications", "--deliver", *device)
        left = sealift("lpa", "notifications", "--card", card)["notifications"]
        check(f"{curve}: its notifications are taken", left == [])
        code, answer = run("lpa", "download", f"1${HOST}$no-such-profile", *device, "--yes")
        check(f"{curve}: an unknown matchingID is refused", code != 0)


def interop(folder):
    python()
    for curve in ("p256", "brainpool"):
        download(folder, curve)


def serve(folder):
    with OsmoSmdpp(folder, sys.argv[1]) as server:
        print(f"--connect-to {server.connect_to} --ci {sgp26('CI', sys.argv[1])[0]} code 1${HOST}${PROFILE}", flush=True)
        time.sleep(float(sys.argv[2]))


if __name__ == "__main__":
    main(serve if len(sys.argv) == 3 else interop)
