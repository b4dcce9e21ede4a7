#!/usr/bin/env python3
"""What a download costs with the server's keys in SoftHSM, and what of that is the HSM's.

  ./dev bench hsm [--rounds N] [--downloads N] [--phones N] [--sessions N] [--json]

Runs `sealift load` in turns with keys in files, with the module in the server's own process, and behind
sealift-keyd, which shares the server's core; prints the medians. Each signature is verified before it is used.
bench_hsm says what the parts cost. The tokens are made for this, in a folder of their own.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import download

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
SIGNATURES, AGREEMENTS = 3, 1  # of a download


class Tokens:
    """A SoftHSM in a folder; each load test gets a token of its own."""

    def __init__(self, folder):
        self.folder, self.made = pathlib.Path(folder), 0
        (self.folder / "tokens").mkdir()
        (self.folder / "softhsm2.conf").write_text(
            f"directories.tokendir = {self.folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
        os.environ["SOFTHSM2_CONF"] = str(self.folder / "softhsm2.conf")
        self.pin = self.folder / "pin"
        self.pin.touch(mode=0o600)
        self.pin.write_text("7391\n")

    def new(self):
        self.made += 1
        label = f"bench{self.made}"
        subprocess.run(["softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "82640917", "--pin",
                        "7391"], check=True, stdout=subprocess.DEVNULL)
        return label


def load(options, *more):
    return download.result(download.load(options, *more), "sealift load")


def in_hsm(options, tokens, *more):
    return load(options, "--hsm-module", MODULE, "--hsm-token", tokens.new(), "--hsm-pin-file", tokens.pin,
                "--hsm-sessions", options.sessions, *more)


def measure(options):
    runs = {"files": [], "own_process": [], "keyd": []}
    with tempfile.TemporaryDirectory(prefix="sealift-bench-") as folder:
        tokens = Tokens(folder)
        parts = download.result(download.start([download.BUILD / "bench" / "bench_hsm", MODULE, tokens.new(), tokens.pin,
                                                "--json"], download.on(download.SERVER_CORE)), "bench_hsm")
        for number in range(options.rounds):
            runs["files"].append(load(options))
            runs["own_process"].append(in_hsm(options, tokens))
            runs["keyd"].append(in_hsm(options, tokens, "--keyd", download.BUILD / "sealift-keyd"))
            if not options.json:
                print(f"round {number + 1}: " + ", ".join(
                    f"{name} {whole(run[-1]):.0f} us" for name, run in runs.items()), file=sys.stderr)
    figures = {name: {
        "cpu_us_per_download": statistics.median(whole(run) for run in each),
        "server_cpu_us": download.median(each, "server_cpu_us_per_download"),
        "keyd_cpu_us": download.median(each, "keyd_cpu_us_per_download"),
        "p50_ms": download.median(each, "p50_ms"),
        "p99_ms": download.median(each, "p99_ms"),
        "failures": sum(sum(run["failures"].values()) for run in each),
    } for name, each in runs.items()}
    return {"parts": parts, **figures, "rounds": options.rounds, "downloads": options.downloads,
            "phones": options.phones, "sessions": options.sessions}


def whole(run):
    return run["server_cpu_us_per_download"] + run["keyd_cpu_us_per_download"]


def show(f):
    parts = f["parts"]
    rows = [(SIGNATURES * parts["hsm_sign_us"], "three signatures of the token"),
            (AGREEMENTS * parts["hsm_agree_us"], "one-time key, key agreement, both destroyed"),
            (SIGNATURES * parts["verify_us"], "three verifications before use"),
            (-SIGNATURES * parts["software_sign_us"] - AGREEMENTS * parts["software_agree_us"],
             "the same in software, which is saved")]
    for us, what in rows:
        print(f"{us:9.1f} us  {what}")
    print(f"{sum(us for us, _ in rows):9.1f} us  the HSM's part by these")
    for name, what in (("files", "keys in files"), ("own_process", "module in the server's process"),
                       ("keyd", "module in sealift-keyd")):
        g = f[name]
        print(f"{g['cpu_us_per_download']:9.1f} us  CPU per download, {what} (server {g['server_cpu_us']:.0f}, keyd "
              f"{g['keyd_cpu_us']:.0f}); {g['p50_ms']:.1f} ms median, {g['p99_ms']:.1f} ms p99, {g['failures']} failed")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--downloads", type=int, default=2000, help="in each round")
    parser.add_argument("--phones", type=int, default=64, help="at once")
    parser.add_argument("--sessions", type=int, default=2, help="calls of the HSM at once")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    if not pathlib.Path(MODULE).exists():
        sys.exit(f"{MODULE} is not there: install softhsm2")
    figures = measure(options)
    if options.json:
        print(json.dumps(figures))
    else:
        show(figures)
    return 1 if any(figures[name]["failures"] for name in ("files", "own_process", "keyd")) else 0


if __name__ == "__main__":
    sys.exit(main())
