"""Our card in a PC/SC reader: a driver runs itself again inside support's namespace and puts cards in there."""
import os
import subprocess
import sys
import time

from support.world import ROOT, SEALIFT, SKIPPED, Background, Skip, run

NAMESPACE = ROOT / "tests/interop/pcsc_namespace"
READER = "Virtual PCD 00 00"


def inside_namespace():
    """Goes on only inside; outside it runs this driver there and ends with its exit code, or gives Skip."""
    if os.environ.get("SEALIFT_PCSC_INSIDE"):
        return
    done = subprocess.run([NAMESPACE, sys.executable, *sys.argv], stderr=subprocess.PIPE, text=True,
                          env={**os.environ, "SEALIFT_PCSC_INSIDE": "1"})
    if done.returncode == SKIPPED and done.stderr:
        raise Skip(done.stderr.strip())
    print(done.stderr, end="", file=sys.stderr)
    sys.exit(done.returncode)


class CardInReader(Background):
    """`sealift euicc run CARD --door vpcd`, until the block ends; begins when PC/SC programs see the card."""

    def __init__(self, card):
        super().__init__([SEALIFT, "euicc", "run", card, "--door", "vpcd"], f"{card}.log")
        wait_for_card(True)

    def __exit__(self, *exit):
        super().__exit__(*exit)
        wait_for_card(False)


def wait_for_card(present):
    for _ in range(100):
        if [r["card"] for r in run("lpa", "readers")[1]["readers"] if r["name"] == READER] == [present]:
            return
        time.sleep(0.05)
    raise AssertionError("pcscd does not see the card" if present else "pcscd still sees the card")
