"""What the long runs against a loaded server share: `sealift load` with its server and phones on a core each."""
import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CARDS = 2000


def load(*options):
    """One run of lean phones; its JSON object."""
    command = [ROOT / "build/release/sealift", "load", "--json", "--quiet", "--lean-cards", CARDS, *options]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if not done.stdout.strip():
        raise SystemExit(f"sealift load: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def capacity():
    """Downloads a second that the server's core can do, of what a download costs it when it is busy."""
    closed = load("--phones", 64, "--downloads", 10000, "--warm-up", 1000)
    return 1e6 / closed["server_cpu_us_per_download"]


def rate_for(share):
    """Downloads a second in an open loop that keep the server's core busy for that share of the time.

    A machine that is shared changes its speed from second to second, and a download in an open loop does not cost
    what it costs beside 64 others: a minute at the rate that capacity() suggests says what it is really worth.
    """
    rate = capacity() * share
    trial = load("--rate", f"{rate:.1f}", "--phones", 1000, "--warm-up", int(rate * 5), "--downloads", int(rate * 60))
    return share * 1e6 / trial["server_cpu_us_per_download"]


def failures(report):
    return sum(report["failures"].values())
