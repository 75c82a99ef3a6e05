"""Figures of many callers before one budget: few calls to Falcon, fair, and steady when Falcon is not."""
import json
import subprocess
import time

from programs import Peak, clear, control, row, slow

KINDS = ("lookups", "lists", "exports")
# What a call may take, and what Falcon takes.
DEADLINE_S, FALCON_MS = 2, 200
PLACES = 48
CAPACITY = PLACES * 1000 // FALCON_MS  # calls a second that Falcon answers


def data_calls(simulator):
    """Calls to Falcon but those for tokens, and the calls for tokens."""
    counts = control(simulator, "ledger")["counts"]
    tokens = sum(count for call, count in counts.items() if "/oauth2/" in call)
    return sum(counts.values()) - tokens, tokens


class BudgetFigures:
    """Mixed into a Build."""

    def budget(self, gateway, *flags):
        return subprocess.Popen([f"{self.build}/tests/bench/budget_driver", "--address", gateway.address, *flags],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    @staticmethod
    def ready(*drivers):
        for driver in drivers:
            driver.stdout.readline()

    @staticmethod
    def go(*drivers):
        for driver in drivers:
            driver.stdin.write("\n")
            driver.stdin.flush()

    @staticmethod
    def result(driver):
        return json.loads(driver.communicate()[0])

    def few_calls(self):
        with self.simulator() as simulator, self.gateway(simulator) as gateway:
            slow(simulator, FALCON_MS)
            burst = self.result(self.budget(gateway, "--mode", "identical", "--calls", "1000", "--deadline-ms", "10000"))
            data, tokens = data_calls(simulator)
            row("1,000 identical cold ListDetections", f"{tokens} token, {data} data call; {burst['calls']['ok']} answered",
                "1 token call, 1 data call", (tokens, data, burst["calls"]["ok"]) == (1, 1, 1000))
        with self.simulator() as simulator, self.gateway(simulator, "--cache-mib", "0") as gateway:
            driver = self.budget(gateway, "--mode", "distinct", "--calls", "10000", "--callers", "1000", "--channels", "16",
                                 "--deadline-ms", "10000")
            self.ready(driver)
            slow(simulator, FALCON_MS)
            clear(simulator, "ledger")
            self.go(driver)
            burst = self.result(driver)
            data, _ = data_calls(simulator)
            row("GetHost of 10,000 distinct ids by 1,000 callers",
                f"{data} calls, {burst['seconds']:.2f} s; {burst['calls']['ok']:,} answered", "<= 10 data calls, <= 2 s",
                data <= 10 and burst["seconds"] <= 2 and burst["calls"]["ok"] == 10000)

    def mixed_load(self):
        """2,000 calls/s on 50,000 hosts before a budget of 6,000 a minute; then the same without a gateway."""
        with self.simulator(hosts=50000, rate_limit=6000) as simulator, self.gateway(simulator) as gateway:
            def run(seconds, *flags):
                driver = self.budget(gateway, "--mode", "mixed", "--seconds", str(seconds), "--deadline-ms", "2000", *flags)
                self.ready(driver)
                slow(simulator, FALCON_MS)
                clear(simulator, "ledger")
                self.go(driver)
                load = self.result(driver)
                ledger = control(simulator, "ledger")
                clear(simulator, "faults")
                return load, sum(ledger["counts"].values()), ledger["statuses"].get("429", 0)

            load, calls, limited = run(30)
            bare, bare_calls, bare_limited = run(15, "--falcon-url", simulator.address)
        lookups = load["lookups"]
        refused = sum(load[kind]["failures"].get("8", 0) for kind in KINDS)  # RESOURCE_EXHAUSTED
        good = lookups["ok"] / (lookups["ok"] + sum(lookups["failures"].values()))
        per_call = load["offered"] / calls
        row("mixed load of 2,000 /s: 429s, and seen by callers", f"{limited}, {refused}", "none seen", refused == 0)
        row("mixed load: look-ups answered within 2 s", f"{good:.2%} (p50 {lookups['p50_ms']:.0f}, p99 {lookups['p99_ms']:.0f} ms)",
            ">= 99.9 %", good >= 0.999)
        others = {kind: sum(load[kind]["failures"].values()) for kind in KINDS[1:]}
        row("mixed load: lists and exports that failed", f"{others['lists']} and {others['exports']}", "none", not any(others.values()))
        row("mixed load: RPCs answered per call to Falcon", f"{per_call:.0f} ({calls} calls)", ">= 100", per_call >= 100)
        bare_ok = sum(bare[kind]["ok"] for kind in KINDS)
        row("the same without a gateway, 15 s", f"{bare_calls:,} calls, {bare_limited:,} 429s, {bare_ok / bare['offered']:.0%} answered",
            "for comparison", True)

    def fairness(self):
        """Look-ups that share nothing, ten callers with two in flight each, and one with a hundred times as many."""
        with self.simulator() as simulator, self.gateway(simulator, "--no-batching", "--cache-mib", "0") as gateway:
            def small(number):
                return self.budget(gateway, "--mode", "closed", "--caller", f"small-{number}", "--in-flight", "2", "--channels", "1",
                                   "--seconds", "8", "--live", "--deadline-ms", "10000")

            def measure(*others):
                drivers = [small(number) for number in range(10)] + list(others)
                self.ready(*drivers)
                slow(simulator, FALCON_MS)
                self.go(*drivers)
                counts = [self.result(driver)["calls"]["ok"] for driver in drivers]
                clear(simulator, "faults")
                return counts[:10], counts[10:]

            alone, _ = measure()
            hog = self.budget(gateway, "--mode", "closed", "--caller", "hog", "--in-flight", "2000", "--seconds", "9", "--live",
                              "--deadline-ms", "20000", "--channels", "4")
            beside, hogged = measure(hog)
        shares = [with_hog / before for with_hog, before in zip(beside, alone)]
        row("ten callers beside one of 100x their load: throughput kept", f"{sum(beside) / sum(alone):.1%}, least {min(shares):.1%}"
            f" (it: {hogged[0]})", ">= 90 %", sum(beside) / sum(alone) >= 0.9)

    def outage(self):
        """Falcon fails each call for 10 s under 500 look-ups a second, and then no more."""
        with self.simulator() as simulator, self.gateway(simulator, "--no-batching", "--cache-mib", "0", "--max-in-flight", "256") as gateway:
            driver = self.budget(gateway, "--mode", "steady", "--rate", "500", "--seconds", "50", "--live")
            self.ready(driver)
            clear(simulator, "ledger")
            self.go(driver)
            time.sleep(3)
            before, _ = data_calls(simulator)
            control(simulator, "faults", {"kind": "status", "code": 503, "times": 0})
            time.sleep(10)
            during = data_calls(simulator)[0] - before
            clear(simulator, "faults")
            load = self.result(driver)
        by_second = load["calls"]["ok_by_second"]
        back = next((second for second in range(13, len(by_second)) if by_second[second] >= 450), None)
        row("outage of 10 s at 500 /s: attempts at Falcon", f"{during} for 5,000 calls", "<= 1.1x after 5", during <= 5 + 1.1 * 5000)
        row("outage: whole again after (the breaker stays open for 30 s)", f"{back - 3 if back else '-'} s", "<= 34 s",
            back is not None and back - 3 <= 34)

    def tokens(self):
        """Tokens that live for 8 s, all of them revoked three times on the way, under 500 look-ups a second."""
        with self.simulator("--token-lifetime", "8") as simulator, \
                self.gateway(simulator, "--no-batching", "--cache-mib", "0", "--max-in-flight", "256") as gateway:
            driver = self.budget(gateway, "--mode", "steady", "--rate", "500", "--seconds", "30", "--live", "--deadline-ms", "5000")
            self.ready(driver)
            slow(simulator, FALCON_MS)
            self.go(driver)
            for _ in range(3):
                time.sleep(7)
                control(simulator, "revoke_tokens", {})
            load = self.result(driver)
            _, tokens = data_calls(simulator)
        lost = load["offered"] - load["calls"]["ok"]
        row("tokens expire and are revoked under 500 /s: calls lost", f"{lost} of {load['offered']:,} ({tokens} tokens)", "none",
            lost == 0 and tokens >= 4)

    def overload(self):
        """Look-ups at once, four times and once more what Falcon's places can answer; each is worth nothing after 2 s."""
        with self.simulator() as simulator, self.gateway(simulator, "--no-batching", "--cache-mib", "0") as gateway:
            def run(rate, seconds):
                driver = self.budget(gateway, "--mode", "steady", "--rate", str(rate), "--seconds", str(seconds), "--live",
                                     "--deadline-ms", str(DEADLINE_S * 1000))
                self.ready(driver)
                slow(simulator, FALCON_MS)
                self.go(driver)
                load = self.result(driver)
                clear(simulator, "faults")
                return load["calls"]

            def rate_of(calls, skip):
                seconds = calls["ok_by_second"][skip:-DEADLINE_S]
                return sum(seconds) / len(seconds)

            peak = rate_of(run(CAPACITY * 0.95, 10), 1)
            idle = gateway.status("VmRSS")
            with Peak(gateway) as memory:
                over = run(CAPACITY * 4, 15)
            goodput = rate_of(over, 4)
            after = run(CAPACITY * 0.8, 12)
        late = sum(after["failures"].values())
        row("overload at 4x: goodput of the peak", f"{goodput / peak:.0%} ({goodput:.0f} of {peak:.0f} /s)", ">= 80 %", goodput >= 0.8 * peak)
        row("overload: RSS over before", f"+{max(0, memory.most - idle) / 1024:.0f} MiB", "<= 64 MiB", memory.most - idle <= 64 * 1024)
        row("overload: failures in the 12 s after it at 0.8x", f"{late} (p99 {after['p99_ms']:.0f} ms)", "none after 10 s",
            late == 0 or min(after["ok_by_second"][10:11] or [0]) >= 0.75 * CAPACITY)
