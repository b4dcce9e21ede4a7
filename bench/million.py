#!/usr/bin/env python3
"""What a download costs a server with a million orders, beside one with a thousand.

  ./dev bench million [--orders N] [--rounds N] [--downloads N] [--phones N] [--octets N] [--folder DIR] [--json]

Fills two SQLite stores (bench_stock), then runs `sealift load` on each in turns, and prints the medians, their
ratio and the larger resident size. A million profiles of 15 KiB take some 18 GB of disk and a few minutes.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from download import BUILD, load, result


def fill(store, orders, octets):
    print(f"filling {store.name} with {orders} orders ...", file=sys.stderr)
    subprocess.run([BUILD / "bench" / "bench_stock", store, str(orders), str(octets)], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--downloads", type=int, default=2000)
    parser.add_argument("--phones", type=int, default=16)
    parser.add_argument("--octets", type=int, default=15 * 1024)
    parser.add_argument("--folder", default=str(BUILD.parent))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="million-") as folder:
        stores = {n: pathlib.Path(folder) / f"{n}.db" for n in (1000, options.orders)}
        for orders, store in stores.items():
            fill(store, orders, options.octets)
        runs = {n: [] for n in stores}
        for number in range(options.rounds):
            for orders, store in stores.items():
                runs[orders].append(result(load(options, "--store", store, "--first", number * 100_000),
                                           "sealift load"))
        sizes = {n: store.stat().st_size for n, store in stores.items()}
    cost = {n: statistics.median(r["server_cpu_us_per_download"] for r in of) for n, of in runs.items()}
    resident = max(r["server_resident_kb"] for r in runs[options.orders]) / 1024
    ratio = cost[options.orders] / cost[1000]
    if options.json:
        print(json.dumps({"cost_us": cost, "ratio": ratio, "resident_mb": resident, "sizes": sizes}))
        return
    for orders, us in cost.items():
        print(f"{orders:>9} orders, {sizes[orders] / 1e9:6.2f} GB: {us:7.0f} us of CPU a download")
    print(f"ratio {ratio:.2f}, {resident:.0f} MB resident")


if __name__ == "__main__":
    os.umask(0o077)
    main()
