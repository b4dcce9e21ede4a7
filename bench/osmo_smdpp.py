#!/usr/bin/env python3
"""What a download costs osmo-smdpp, beside what it costs our server in the same run.

  ./dev bench osmo [--downloads N] [--json]

osmo-smdpp and its TLS front run as tests/interop/osmo_smdpp.py runs them (docs/interop.md says what it needs); our
LPA and a new card with the published SGP.26 identity download from it, one after the other. What is counted is the
CPU of osmo-smdpp's process alone: the TLS front is not in it. Then `sealift load` plays as many downloads with one
phone, and its usual 64, against our server, TLS included.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "interop"))
from support.osmo import HOST, OsmoSmdpp, card_options, sgp26  # noqa: E402
from support.world import SEALIFT, Skip, sealift  # noqa: E402

PROFILE = "TS48v2_SAIP2.3_NoBERTLV"
WARM_UP = 2
SERVER_CORE, PHONES_CORE = 0, 1


def cpu_seconds(pid):
    """User and system time of a process, its threads included."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def download(folder, number, server):
    card = folder / f"{number}.euicc"
    sealift("euicc", "make", card, *card_options("p256"))
    begin = time.monotonic()
    sealift("lpa", "download", f"1${HOST}${PROFILE}", "--card", card, "--ci", sgp26("CI", "p256")[0],
            "--connect-to", server.connect_to, "--yes")
    return time.monotonic() - begin


def osmo(folder, downloads):
    with OsmoSmdpp(folder, "p256") as server:
        pid = server.process.pid
        os.sched_setaffinity(pid, {SERVER_CORE})
        for number in range(WARM_UP):
            download(folder, number, server)
        before = cpu_seconds(pid)
        times = [download(folder, WARM_UP + number, server) for number in range(downloads)]
        used = cpu_seconds(pid) - before
    return {"osmo_cpu_us_per_download": used / downloads * 1e6, "osmo_download_ms": sorted(times)[downloads // 2] * 1e3}


def ours(downloads, phones):
    command = [SEALIFT, "load", "--json", "--quiet", "--downloads", downloads, "--phones", phones,
               "--server-cpu", SERVER_CORE, "--client-cpu", PHONES_CORE]
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)["server_cpu_us_per_download"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--downloads", type=int, default=20, help="from osmo-smdpp")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    os.sched_setaffinity(0, {PHONES_CORE})  # the TLS front, the LPA and the card
    with tempfile.TemporaryDirectory() as folder:
        try:
            figures = osmo(pathlib.Path(folder), options.downloads)
        except Skip as reason:
            sys.exit(f"skipped: {reason}")
    os.sched_setaffinity(0, {SERVER_CORE, PHONES_CORE})
    figures["our_cpu_us_per_download_one_phone"] = ours(500, 1)
    figures["our_cpu_us_per_download"] = ours(2000, 64)
    figures["ratio"] = figures["osmo_cpu_us_per_download"] / figures["our_cpu_us_per_download"]
    if options.json:
        print(json.dumps(figures))
        return
    print(f"{figures['osmo_cpu_us_per_download']:9.0f} us  CPU of osmo-smdpp per download, without TLS")
    print(f"{figures['our_cpu_us_per_download_one_phone']:9.0f} us  CPU of ours, one phone at a time, TLS included")
    print(f"{figures['our_cpu_us_per_download']:9.0f} us  CPU of ours, 64 phones at once, TLS included")
    print(f"{figures['ratio']:9.0f}     times ours")


if __name__ == "__main__":
    main()
