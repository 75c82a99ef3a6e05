#!/usr/bin/env python3
"""Runs the benchmarks of one Release build, and prints every figure beside its target.

usage: figures.py BUILD_FOLDER [NAME ...]   (default: all; a wrong name lists them)
"""
import json
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request

from budget_figures import BARE, BudgetFigures
from programs import ROWS, Build, Peak, control, driver, end_by_signal, end_drivers, result, row, slow


class Bench(BudgetFigures, Build):
    """Each method measures a figure, or a few that belong together."""

    def load(self, gateway, *flags):
        return driver([f"{self.build}/tests/bench/load_driver", "--address", gateway.address, *flags])

    def tally(self, gateway, *flags):
        return result(self.load(gateway, *flags))

    def decode(self):
        out = subprocess.run([f"{self.build}/tests/bench/decode_bench", "--benchmark_format=json",
                              "--benchmark_filter=Compared/full/heap/1000"], check=True,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        pair = json.loads(out)["benchmarks"][0]  # it runs both parsers in turn on the same bytes
        rate, ratio = pair["bytes_per_second"] / 1e6, pair["speedup"]
        row("JSON page to protobuf, against protobuf's JSON parser", f"{rate:.0f} MB/s, {ratio:.1f}x",
            ">= 600 MB/s and >= 8x", rate >= 600 and ratio >= 8)

    def latency(self):
        with self.simulator() as simulator, self.gateway(simulator, *BARE) as gateway, \
                self.gateway(simulator) as keeping:
            runs = []
            for _ in range(5):  # in turn, so that all see the same machine
                bare = self.tally(gateway, "--mode", "bare", "--falcon-url", simulator.address, "--calls", "3000")
                ours = self.tally(gateway, "--mode", "caller", "--calls", "3000", "--live")
                kept = self.tally(keeping, "--mode", "caller", "--calls", "3000")
                runs.append((ours["p50_us"] - bare["p50_us"], ours["p50_us"], bare["p50_us"], kept["p50_us"]))
            added, ours, bare, kept = sorted(runs)[len(runs) // 2]
            row("unary pass-through, one caller, p50 over a bare libcurl loop",
                f"+{added:.0f} us ({ours:.0f} vs {bare:.0f}; kept {kept:.0f})", "<= 100 us", added <= 100)

    def throughput(self):
        for tls, target in ((False, 20000), (True, 12000)):
            with self.simulator(tls=tls) as simulator, self.gateway(simulator, *BARE) as gateway:
                middle = self.rate(gateway, "--live")
                row(f"unary pass-through, distinct ids, {'TLS' if tls else 'plain'} loopback", f"{middle:.0f} /s",
                    f">= {target} /s", middle >= target)
        with self.simulator() as simulator, self.gateway(simulator) as gateway:
            middle = self.rate(gateway)
            row("unary, answered by what was kept", f"{middle:.0f} /s", ">= 30000 /s", middle >= 30000)

    def rate(self, gateway, *flags):
        """Calls a second with 64 in flight: the median of three runs, after a run that warms up."""
        runs = [self.tally(gateway, "--in-flight", "64", "--calls", "60000", *flags) for _ in range(4)][1:]
        if any(run["failed"] for run in runs):
            raise SystemExit(f"calls failed: {runs}")
        return sorted(run["per_second"] for run in runs)[1]

    def waiters(self):
        with self.simulator() as simulator, self.gateway(simulator) as gateway:
            load = self.load(gateway, "--in-flight", "3000", "--channels", "4", "--calls", "3000", "--hold")
            load.stdout.readline()
            idle = gateway.status("VmRSS")
            slow(simulator, 10000)
            load.stdin.write("\n")
            load.stdin.flush()
            threads, most = 0, 0
            for _ in range(20):
                time.sleep(0.2)
                threads, most = max(threads, gateway.status("Threads")), max(most, gateway.status("VmRSS"))
            end_drivers()
            row("3,000 waiting RPCs: threads, RSS", f"{threads} threads, {most // 1024} MiB (idle {idle // 1024})",
                "<= 20 threads, <= 150 MiB", threads <= 20 and most <= 150 * 1024)

    def vulnerabilities(self):
        statuses = ["OPEN", "REOPEN", "CLOSED", "EXPIRED"]
        self.export("1,000,000 vulnerabilities", "/falcon_gateway.v1.VulnerabilityService/ExportVulnerabilities",
                    {"filter": {"statuses": [f"VULNERABILITY_STATUS_{status}" for status in statuses]}},
                    "/spotlight/combined/vulnerabilities/v1", 1000000, "--vulnerabilities", "1000000")

    def beside_exports(self):
        """Latency of cached look-ups of one caller, alone and beside exports from a Falcon without latency."""
        export = [f"{self.build}/tests/bench/export_driver", "--method", "/falcon_gateway.v1.VulnerabilityService/ExportVulnerabilities",
                  "--request", json.dumps({"filter": {"statuses": ["VULNERABILITY_STATUS_OPEN", "VULNERABILITY_STATUS_CLOSED"]}})]
        with self.simulator("--vulnerabilities", "1000000") as simulator, self.gateway(simulator) as gateway:
            self.tally(gateway, "--mode", "caller", "--calls", "20000")  # fills the cache
            for exports in (0, 2, 4):
                running = [subprocess.Popen([*export, "--address", gateway.address], stdout=subprocess.DEVNULL)
                           for _ in range(exports)]
                time.sleep(2)
                found = self.tally(gateway, "--mode", "caller", "--calls", "2000")
                ended = sum(one.poll() is not None for one in running)
                for one in running:
                    one.kill()
                    one.wait()
                p50, p99 = found["p50_us"] / 1000, found["p99_us"] / 1000
                row(f"kept look-ups beside {exports} exports", f"p50 {p50:.1f} ms, p99 {p99:.1f} ms ({ended} had ended)",
                    "p99 <= 25 ms", p99 <= 25 and ended == 0)

    def discovered_hosts(self):
        self.export("200,000 discovered hosts", "/falcon_gateway.v1.DiscoverService/ExportDiscoveredHosts", {},
                    "/discover/combined/hosts/v1", 200000, "--discover-hosts", "200000")

    def export(self, what, method, request, path, count, *flags):
        """An export is complete, has no duplicates and needs memory for pages only. Compared with a bare loop over the same pages."""
        with self.simulator(*flags) as simulator, self.gateway(simulator) as gateway:
            exporter = f"{self.build}/tests/bench/export_driver"
            ours = [exporter, "--address", gateway.address, "--method", method, "--request", json.dumps(request)]

            def run(command):
                tally = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout)
                if tally["error"]:
                    raise SystemExit(f"{' '.join(command)}: {tally['error']}")
                return tally

            idle = gateway.status("VmRSS")
            run([*ours, "--most", "2"])  # warms both up, and shows which pages the gateway requests
            calls = control(simulator, "ledger")["recent"]
            asked = urllib.parse.parse_qsl(next(c["query"] for c in calls if c["call"] == f"GET {path}").replace("+", "%2B"))
            bare = [exporter, "--mode", "bare", "--falcon-url", simulator.address, "--path", path]
            for name, value in asked:
                bare += ["--query", f"{name}={value}"]
            pairs = []
            with Peak(gateway) as peak:
                for _ in range(3):  # in turn, so that both see the same machine
                    pairs.append((run(ours), run(bare)))
            whole = all(one["records"] == one["distinct"] == count for pair in pairs for one in pair)
            row(f"export of {what}: complete, none twice", f"{pairs[0][0]['distinct']:,} of {count:,}", "all", whole)
            over = (peak.most - idle) / 1024
            row(f"export of {what}: RSS over idle", f"+{over:.0f} MiB (idle {idle // 1024})", "<= 64 MiB", over <= 64)
            own, loop = sorted(pairs, key=lambda pair: pair[0]["seconds"] / pair[1]["seconds"])[1]
            rate, bare_rate = count / own["seconds"], count / loop["seconds"]
            row(f"export of {what}: against a bare curl loop",
                f"{rate:,.0f} /s, bare {bare_rate:,.0f} /s: {rate / bare_rate:.2f}x",
                ">= 0.5x", rate >= 0.5 * bare_rate)

    def mcp(self):
        """The bridge in front of a gateway, over pipes."""
        with self.simulator() as simulator, self.gateway(simulator) as gateway:
            def drive(*flags):
                return json.loads(subprocess.run(
                    [f"{self.build}/tests/bench/mcp_driver", "--bridge", f"{self.build}/client/falcon-mcp-bridge",
                     "--gateway", gateway.address, *flags], check=True, stdout=subprocess.PIPE).stdout)

            start = drive("--mode", "starts", "--calls", "20")["p50_ms"]
            row("MCP: spawn to the answer of initialize", f"{start:.0f} ms", "<= 50 ms", start <= 50)
            for tool, what in (("get_host", "get_host, distinct ids"), ("search_detections", "search_detections, limit 20")):
                one = drive("--tool", tool, "--in-flight", "1", "--calls", "2000")["p50_us"] / 1000
                row(f"MCP: {what}: one call, p50", f"{one:.2f} ms", "<= 1 ms", one <= 1)
                runs = [drive("--tool", tool, "--calls", "10000") for _ in range(3)]
                middle = sorted(runs, key=lambda run: run["per_second"])[1]
                rate, size = middle["per_second"], middle["answer_bytes"]
                row(f"MCP: {what}: 16 in flight", f"{rate:,.0f} /s of {size:,} bytes", ">= 2,000 /s", rate >= 2000)
                most = max(run["most_kib"] for run in runs) / 1024
                row(f"MCP: {what}: most RSS in 10,000 calls", f"{most:.1f} MiB", "<= 30 MiB", most <= 30)
            sizes = drive("--mode", "sizes")
            row("MCP: tools/list", f"{sizes['tools_list']:,} bytes", "<= 24,576 bytes", sizes["tools_list"] <= 24576)
            for noun, target in (("host", 240), ("detection", 400)):
                both = sizes[noun]
                row(f"MCP: bytes a {noun}, structured and as text", f"{both['structured']} and {both['text']}",
                    f"<= {target}", max(both.values()) <= target)

    def request_bounds(self):
        with self.simulator() as simulator, self.gateway(simulator, *BARE) as gateway:
            found = result(driver([f"{self.build}/tests/bench/request_driver", "--address", gateway.address,
                                   "--pid", str(gateway.process.pid)]))
            worst = found["worst"]
            row("largest accepted request of any RPC: CPU of the loop", f"{worst['ms']:.1f} ms ({worst['method']}, {worst['kind']})",
                "<= 20 ms", worst["ms"] <= 20)

    def start(self):
        with self.simulator() as simulator:
            spans = []
            for _ in range(7):
                with self.gateway(simulator) as gateway:
                    spans.append(gateway.start_seconds * 1000)
            middle = sorted(spans)[3]
            row("server start to SERVING", f"{middle:.0f} ms", "<= 150 ms", middle <= 150)


FIGURES = ["decode", "latency", "throughput", "waiters", "request_bounds", "start", "few_calls", "mixed_load", "fairness", "outages", "tokens",
           "overload", "beside_exports", "vulnerabilities", "discovered_hosts", "mcp"]


def main(argv):
    signal.signal(signal.SIGTERM, end_by_signal)
    bench = Bench(argv[1])
    names = argv[2:] or FIGURES
    if unknown := [name for name in names if name not in FIGURES]:
        raise SystemExit(f"no such figure: {', '.join(unknown)}; there are {', '.join(FIGURES)}")
    for name in names:
        getattr(bench, name)()
    return 0 if all(met for *_, met in ROWS) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
