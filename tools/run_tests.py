#!/usr/bin/env python3
"""Runs the test programs of build/release/tests, two at a time, and the rules of the house.

Ends with "N passed, N failed, N skipped". Says which rows of docs/mission.md a skipped test leaves unshown.
"""
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import models
import postgres
import tidy

ROOT = Path(__file__).resolve().parent.parent
TIME_LIMIT = 600  # seconds a test program may take


def run(program):
    """One test program: its name, the cases it ran, what it printed, and the seconds it took."""
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [str(program), f"--gtest_output=json:{report}", "--gtest_brief=1"]
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace",
                                  stdin=subprocess.DEVNULL, timeout=TIME_LIMIT)
            printed, code = done.stdout + done.stderr, done.returncode
        except subprocess.TimeoutExpired as late:
            printed, code = f"{late.stdout or ''}\nstopped after {TIME_LIMIT} s", -1
        cases = []
        if report.exists():
            for suite in json.loads(report.read_text())["testsuites"]:
                for case in suite["testsuite"]:
                    name = f"{suite['name']}.{case['name']}"
                    skipped = case.get("result") == "SKIPPED" or case["status"] == "NOTRUN"
                    cases.append((name, "failed" if case.get("failures") else "skipped" if skipped else "passed"))
    if code != 0 and not any(result == "failed" for _, result in cases):
        cases.append((f"{program.name} (exit code {code})", "failed"))
    return program.name, cases, printed, time.monotonic() - begin


def run_interop(script):
    """A driver of somebody else's program; exit code 77 says that it is not on this machine."""
    begin = time.monotonic()
    done = subprocess.run([sys.executable, str(script)], cwd=ROOT, capture_output=True, text=True, timeout=TIME_LIMIT)
    result = {0: "passed", 77: "skipped"}.get(done.returncode, "failed")
    return f"interop/{script.stem}", [(f"Interop.{script.stem}", result)], done.stdout + done.stderr, time.monotonic() - begin


def main():
    pattern = sys.argv[1] if len(sys.argv) > 1 else ""
    programs = sorted(p for p in (ROOT / "build/release/tests").glob("test_*")
                      if os.access(p, os.X_OK) and p.is_file() and pattern in p.name)
    if not programs:
        print(f"no test program has '{pattern}' in its name", file=sys.stderr)
        return 2
    with postgres.Cluster() as connection:
        os.environ["SEALIFT_POSTGRES"] = connection or "none"
        return run_all(programs, pattern)


def run_all(programs, pattern):
    # The longest first, so that the two runners end together.
    programs.sort(key=lambda p: p.name not in ("test_e2e", "test_euicc", "test_http"))
    results, rules = {}, [("house." + rule, problems) for rule, problems in tidy.check_all()]
    print(f"==> running {len(programs)} test programs", flush=True)
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        interop = [p for p in sorted((ROOT / "tests/interop").glob("*.py")) if pattern in p.name]
        for name, cases, printed, seconds in chain(
                pool.map(run, programs), map(run_interop, interop), map(models.run, models.all_models(pattern))):
            bad = [c for c, result in cases if result == "failed"]
            skipped = sum(result == "skipped" for _, result in cases)
            note = f", {skipped} skipped" if skipped else ""
            print(f"    {'FAILED' if bad else 'ok':6} {name:24} {len(cases):5} tests{note}  {seconds:.1f} s", flush=True)
            if bad:
                print(printed)
            results.update(cases)
    for rule, problems in rules:
        results[rule] = "failed" if problems else "passed"
        for problem in problems:
            print(f"    FAILED {rule}: {problem}")
    skipped = {name for name, result in results.items() if result == "skipped"}
    for row, names in tidy.mission_rows_of(skipped):
        print(f"    not shown in this run: {row} (skipped: {', '.join(names)})")
    count = {kind: sum(result == kind for result in results.values()) for kind in ("passed", "failed", "skipped")}
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    return 1 if count["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
