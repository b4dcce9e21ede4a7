#!/usr/bin/env python3
"""What a download costs the server, beside what it cannot cost less than on this machine.

  ./dev bench download [--rounds N] [--downloads N] [--phones N] [--json]

Server and phones have a core each. bench_floor runs again and again on the server's core, in what time the server
leaves there: a machine that is shared changes its speed by two fifths from one second to the next, and figures taken
in turns would meet two machines. Prints the medians of the rounds.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

BUILD = pathlib.Path(__file__).resolve().parent.parent / "build" / "release"
SERVER_CORE, PHONES_CORE = 0, 1


def on(core, idle_time_only=False):
    """For a child process: to run on this core where the machine has it."""
    def settle():
        if core in os.sched_getaffinity(0):
            os.sched_setaffinity(0, {core})
        if idle_time_only:
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    return settle


def start(command, settle=None):
    return subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, preexec_fn=settle)


def result(process, what):
    out, _ = process.communicate()
    if process.returncode != 0:
        sys.exit(f"{what} failed")
    return json.loads(out)


def load(options, *more, program=BUILD / "sealift"):
    """A load test that has begun: server and phones have a core each."""
    command = [program, "load", "--json", "--quiet", "--downloads", options.downloads,
               "--phones", options.phones, "--server-cpu", SERVER_CORE, "--client-cpu", PHONES_CORE, *more]
    return start(command)


def floor():
    return start([BUILD / "bench" / "bench_floor", "--json", "--rounds", 5], on(SERVER_CORE, idle_time_only=True))


def mean(floors):
    """Of several runs of bench_floor: what a server's cost, a mean itself, is to be compared with."""
    return {"total_us": statistics.mean(run["total_us"] for run in floors),
            "parts": {part: statistics.mean(run["parts"][part] for run in floors) for part in floors[0]["parts"]}}


def one_round(options):
    """A load test, and the floor as it was during it."""
    running, floors = load(options), []
    while running.poll() is None:
        beside = floor()
        figures = result(beside, "bench_floor")
        if running.poll() is None:
            floors.append(figures)
    run = result(running, "sealift load")
    if not floors:
        sys.exit("the load test ended before the floor was measured once; give it more --downloads")
    return mean(floors), run


def median(runs, name):
    return statistics.median(run[name] for run in runs)


def measure(options):
    floors, loads = [], []
    for number in range(options.rounds):
        beneath, run = one_round(options)
        floors.append(beneath)
        loads.append(run)
        if not options.json:
            print(f"round {number + 1}: floor {floors[-1]['total_us']:.0f} us, "
                  f"server {loads[-1]['server_cpu_us_per_download']:.0f} us", file=sys.stderr)
    server = median(loads, "server_cpu_us_per_download")
    whole = median(floors, "total_us")
    return {
        "floor_us": whole,
        "floor_parts_us": {part: statistics.median(f["parts"][part] for f in floors) for part in floors[0]["parts"]},
        "server_cpu_us_per_download": server,
        "ratio": statistics.median(run["server_cpu_us_per_download"] / beneath["total_us"]
                                   for beneath, run in zip(floors, loads)),
        "downloads_per_second": median(loads, "downloads_per_second"),
        "p50_ms": median(loads, "p50_ms"),
        "p99_ms": median(loads, "p99_ms"),
        "mean_commit_group": median(loads, "mean_commit_group"),
        "phones_cpu_us_per_download": median(loads, "client_cpu_us_per_download"),
        "server_resident_mb": median(loads, "server_resident_kb") / 1024,
        "downloads": sum(run["downloads"] for run in loads),
        "failures": sum(sum(run["failures"].values()) for run in loads),
        "rounds": options.rounds,
        "phones": options.phones,
    }


def show(figures):
    for part, us in figures["floor_parts_us"].items():
        print(f"{us:9.1f} us  {part}")
    print(f"{figures['floor_us']:9.1f} us  floor: all of these")
    print(f"{figures['server_cpu_us_per_download']:9.1f} us  CPU of the server per download")
    print(f"{figures['ratio']:9.2f}     times the floor")
    print(f"{figures['downloads_per_second']:9.0f}     downloads a second, {figures['phones']} phones at once")
    print(f"{figures['p50_ms']:9.1f} ms  a download, median; {figures['p99_ms']:.1f} ms p99")
    print(f"{figures['mean_commit_group']:9.1f}     changes a commit")
    print(f"{figures['server_resident_mb']:9.1f} MB  resident at the server")
    print(f"{figures['phones_cpu_us_per_download']:9.1f} us  CPU of a phone and its card per download")
    print(f"{figures['downloads']:9}     downloads in {figures['rounds']} rounds, {figures['failures']} failed")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--downloads", type=int, default=2000, help="in each round")
    parser.add_argument("--phones", type=int, default=64, help="at once")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    figures = measure(options)
    if options.json:
        print(json.dumps(figures))
    else:
        show(figures)
    return 1 if figures["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
