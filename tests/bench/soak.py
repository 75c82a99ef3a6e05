#!/usr/bin/env python3
"""Runs a gateway under mixed load and faults for minutes, and checks that it does not grow.

usage: soak.py BUILD_FOLDER MINUTES
"""
import os
import signal
import sys
import threading
import time

from programs import Build, driver, end_by_signal, result

RATE = 60  # calls a second: most of Falcon's budget
SLICE_S = 10  # seconds of load for each sample of p99
# Each fault strikes every n-th call that it matches.
FAULTS = ["status code=503 every=50", "reset every=150", "reset_mid_body every=170", "latency ms=300 every=20", "wrong_types every=30",
          "malformed_json every=190", "stall_mid_body path=/devices every=900", "rate_limited in_seconds=1 every=2000",
          "unauthorized path=/devices every=400", "cursor_expired path=/devices/queries every=300"]
WARM = 0.25  # share of the time at the start that is not judged
# The growth that is allowed in the judged time, and the growth a minute that is always allowed.
ROOM = {"RSS, MiB": (4, 0.1), "descriptors": (8, 0.1), "threads": (2, 0.1)}


def look(process):
    """Memory, descriptors and threads of a process now."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as lines:
        status = dict(line.split(":", 1) for line in lines)
    return {"RSS, MiB": int(status["VmRSS"].split()[0]) / 1024, "descriptors": len(os.listdir(f"/proc/{process.pid}/fd")),
            "threads": int(status["Threads"])}


def slope(points):
    """The growth a minute, by least squares."""
    count = len(points)
    if count < 2:
        return 0.0
    mean_x, mean_y = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def draw(series, path):
    """Writes an SVG with a panel for each series, from zero to its maximum."""
    width, height, margin = 900, 150, 50
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height * len(series)}" font-family="sans-serif" font-size="12">']
    for number, (name, points) in enumerate(series.items()):
        top, bottom = number * height + 25, (number + 1) * height - 20
        most_x, most_y = max(x for x, _ in points) or 1, max(y for _, y in points) or 1
        line = " ".join(f"{margin + x / most_x * (width - 2 * margin):.1f},{bottom - y / most_y * (bottom - top):.1f}" for x, y in points)
        parts.append(f'<text x="{margin}" y="{top - 8}">{name}: {points[0][1]:.1f} at first, {points[-1][1]:.1f} at last, '
                     f'{most_y:.1f} at most; {most_x:.1f} minutes</text>')
        parts.append(f'<path d="M{margin},{top}V{bottom}H{width - margin}" fill="none" stroke="#999"/>')
        parts.append(f'<polyline points="{line}" fill="none" stroke="#06c"/>')
    with open(path, "w", encoding="ascii") as file:
        file.write("\n".join([*parts, "</svg>\n"]))


def watch(gateway, series, start, done):
    while not done.wait(1):
        for name, value in look(gateway.process).items():
            series[name].append(((time.monotonic() - start) / 60, value))


def soak(build, minutes):
    """Returns the samples of each series: minutes since the start, and the value."""
    series = {name: [] for name in (*ROOM, "p99 of look-ups, ms")}
    answered, failures = 0, {}
    faults = [flag for fault in FAULTS for flag in ("--fault", f"{fault} times=0")]
    with build.simulator("--token-lifetime", "20", *faults, hosts=2000) as simulator, \
            build.gateway(simulator, "--cache-mib", "8") as gateway:
        start, done = time.monotonic(), threading.Event()
        sampler = threading.Thread(target=watch, args=(gateway, series, start, done))
        sampler.start()
        try:
            while time.monotonic() - start < minutes * 60:
                load = driver([f"{build.build}/tests/bench/budget_driver", "--address", gateway.address, "--mode", "mixed",
                               "--rate", str(RATE), "--seconds", str(SLICE_S), "--deadline-ms", "5000"])
                load.stdout.readline()  # it has read the hosts, and begins at a line or the end of its input
                tally = result(load)
                kinds = [tally[kind] for kind in ("lookups", "lists", "exports")]
                answered += sum(kind["ok"] for kind in kinds)
                for kind in kinds:
                    for code, count in kind["failures"].items():
                        failures[code] = failures.get(code, 0) + count
                series["p99 of look-ups, ms"].append(((time.monotonic() - start) / 60, tally["lookups"]["p99_ms"]))
        finally:
            done.set()
            sampler.join()
    print(f"{answered:,} calls answered; failed by gRPC code: {failures or 'none'}")
    return series


def main(argv):
    signal.signal(signal.SIGTERM, end_by_signal)
    minutes = float(argv[2])
    series = soak(Build(argv[1]), minutes)
    draw(series, f"{argv[1]}/soak.svg")
    grown = False
    for name, points in series.items():
        growth = slope([(x, y) for x, y in points if x >= minutes * WARM])
        room, least = ROOM.get(name, (None, None))
        limit = None if room is None else max(least, room / (minutes * (1 - WARM)))
        bad = limit is not None and growth > limit
        grown = grown or bad
        print(f"{'GROWS' if bad else 'ok   '}  {name:20} {growth:+8.3f} a minute" + ("" if limit is None else f"   limit {limit:.3f}"))
    print(f"{argv[1]}/soak.svg")
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
