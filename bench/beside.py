#!/usr/bin/env python3
"""What a download costs this build's server beside that of another build, both at the same time.

  ./dev bench beside PROGRAM [--rounds N] [--downloads N] [--phones N] [--json]

PROGRAM is the `sealift` of the other build. Both servers run on one core and both crowds of phones on the other, so
that whatever the machine does meets both alike: figures taken in turns differ by a tenth and more on a machine that
is shared, these by one in a hundred.
"""
import argparse
import json
import statistics
import sys

from download import BUILD, load, result


def measure(options):
    costs = {"other": [], "ours": []}
    for number in range(options.rounds):
        pair = [("other", options.program), ("ours", BUILD / "sealift")]
        if number % 2:
            pair.reverse()
        running = [(name, load(options, program=program)) for name, program in pair]
        for name, process in running:
            run = result(process, f"sealift load of {name}")
            if sum(run["failures"].values()):
                sys.exit(f"downloads failed at {name}: {run['failures']}")
            costs[name].append(run["server_cpu_us_per_download"])
    ratios = sorted(ours / other for ours, other in zip(costs["ours"], costs["other"]))
    return {"other_us": statistics.median(costs["other"]), "ours_us": statistics.median(costs["ours"]),
            "ratio": statistics.median(ratios), "least": ratios[0], "most": ratios[-1], "rounds": options.rounds}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", help="the other build's sealift")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--downloads", type=int, default=1500, help="of each, in each round")
    parser.add_argument("--phones", type=int, default=32, help="of each, at once")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    figures = measure(options)
    if options.json:
        print(json.dumps(figures))
        return
    print(f"{figures['other_us']:9.1f} us  CPU of the other server per download")
    print(f"{figures['ours_us']:9.1f} us  CPU of this server per download")
    print(f"{figures['ratio']:9.3f}     times the other, median of {figures['rounds']} rounds "
          f"({figures['least']:.3f} to {figures['most']:.3f})")


if __name__ == "__main__":
    main()
