#!/usr/bin/env python3
"""Checks the models of tests/models with spin: every property holds, and each fault that a model names breaks one.

A model is one test for itself and one for each of its faults: a model that cannot fail shows nothing.
"""
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILER = ["cc", "-O2", "-w", "-DSAFETY", "-DCOLLAPSE", "-DMEMLIM=1024"]
TIME_LIMIT = 300  # seconds a search may take


def search(model, fault, folder):
    """What spin makes of a model: None where all of it was searched and holds, else why not."""
    defines = [f"-D{fault}"] if fault else []
    for command in (["spin", *defines, "-a", str(model)], [*COMPILER, "-o", "pan", "pan.c"]):
        made = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if made.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {made.stdout}{made.stderr}")
    # A search that is deeper than -m is one that was not finished.
    out = subprocess.run(["./pan", "-m1000000"], cwd=folder, capture_output=True, text=True, timeout=TIME_LIMIT).stdout
    if violation := re.search(r"pan:1: (.*)", out):
        return violation[1]
    if not re.search(r"errors: 0", out) or "Search not completed" in out or "max search depth" in out:
        raise RuntimeError(f"{model.name}: the search did not end: {out}")
    return None


def check(model):
    """The cases of a model, as run_tests.py has them, and what there is to say of those that failed."""
    faults = re.search(r"^ \* faults: (.*)$", model.read_text(), re.MULTILINE)[1].split()
    cases, said = [], []
    for fault in [None, *faults]:
        name = f"Model.{model.stem}" + (f"_fails_by_{fault.lower()}" if fault else "")
        with tempfile.TemporaryDirectory() as folder:
            try:
                violation = search(model, fault, folder)
                good = (violation is None) == (fault is None)
                if not good:
                    said.append(f"{name}: {violation or 'the fault breaks nothing'}")
            except (RuntimeError, subprocess.TimeoutExpired) as why:
                good = False
                said.append(f"{name}: {why}")
        cases.append((name, "passed" if good else "failed"))
    return cases, "\n".join(said)


def run(model):
    begin = time.monotonic()
    if not shutil.which("spin"):
        return f"models/{model.stem}", [(f"Model.{model.stem}", "skipped")], "", 0.0
    cases, said = check(model)
    return f"models/{model.stem}", cases, said, time.monotonic() - begin


def all_models(pattern=""):
    return [m for m in sorted((ROOT / "tests/models").glob("*.pml")) if pattern in m.name]


if __name__ == "__main__":
    bad = False
    for one in all_models(sys.argv[1] if len(sys.argv) > 1 else ""):
        name, cases, said, seconds = run(one)
        bad |= any(result == "failed" for _, result in cases)
        print(f"{name}: " + ", ".join(f"{case} {result}" for case, result in cases) + f" ({seconds:.1f} s)\n{said}")
    sys.exit(bad)
