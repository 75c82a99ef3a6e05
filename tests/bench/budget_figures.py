"""Figures of many callers that share one budget: calls to Falcon, fairness, and recovery from outages and overload."""
import signal
import time

from programs import Peak, clear, control, driver, result, row, slow

# Without batching and caching.
BARE = ["--no-batching", "--cache-mib", "0"]
KINDS = ("lookups", "lists", "exports")
# The deadline of a call, and the latency of Falcon.
DEADLINE_S, FALCON_MS = 2, 200
PLACES = 48
TOKEN_RUNS = 20
CAPACITY = PLACES * 1000 // FALCON_MS  # calls a second that Falcon can answer


def data_calls(simulator):
    """Returns the number of data calls to Falcon, and of token calls."""
    counts = control(simulator, "ledger")["counts"]
    tokens = sum(count for call, count in counts.items() if "/oauth2/" in call)
    return sum(counts.values()) - tokens, tokens


class BudgetFigures:
    """A mixin of Build."""

    def budget(self, gateway, *flags):
        return driver([f"{self.build}/tests/bench/budget_driver", "--address", gateway.address, *flags])

    def steady(self, gateway, rate, seconds, deadline_s=DEADLINE_S):
        """Look-ups at a rate, none of them answered from the cache."""
        return self.budget(gateway, "--mode", "steady", "--rate", str(rate), "--seconds", str(seconds), "--live",
                           "--deadline-ms", str(deadline_s * 1000))

    @staticmethod
    def ready(*loads):
        for load in loads:
            if not load.stdout.readline():
                raise SystemExit(f"{' '.join(load.args)} ended with {load.wait()}")

    @staticmethod
    def go(*loads):
        for load in loads:
            load.stdin.write("\n")
            load.stdin.flush()

    @staticmethod
    def by_second(calls, seconds):
        """How many of the calls that were due in each second were answered."""
        counts = calls["ok_by_second"]
        return counts + [0] * (seconds - len(counts))

    def few_calls(self):
        with self.simulator() as simulator, self.gateway(simulator) as gateway:
            slow(simulator, FALCON_MS)
            burst = result(self.budget(gateway, "--mode", "identical", "--calls", "1000", "--deadline-ms", "10000"))
            data, tokens = data_calls(simulator)
            row("1,000 identical cold ListDetections", f"{tokens} token, {data} data call; {burst['calls']['ok']} answered",
                "1 token call, 1 data call", (tokens, data, burst["calls"]["ok"]) == (1, 1, 1000))
        with self.simulator() as simulator, self.gateway(simulator, "--cache-mib", "0") as gateway:
            load = self.budget(gateway, "--mode", "distinct", "--calls", "10000", "--callers", "1000", "--channels", "16",
                               "--deadline-ms", "10000")
            self.ready(load)
            slow(simulator, FALCON_MS)
            clear(simulator, "ledger")
            self.go(load)
            burst = result(load)
            data, _ = data_calls(simulator)
            row("GetHost of 10,000 distinct ids by 1,000 callers",
                f"{data} calls, {burst['seconds']:.2f} s; {burst['calls']['ok']:,} answered", "<= 10 data calls, <= 2 s",
                data <= 10 and burst["seconds"] <= 2 and burst["calls"]["ok"] == 10000)

    def mixed_load(self):
        """2,000 calls/s on 50,000 hosts with a budget of 6,000 a minute; then the same load without a gateway. It lasts three
        times the 30 s for which the cache keeps hosts and lists. Exports take cached pages of that age, too."""
        with self.simulator(hosts=50000, rate_limit=6000) as simulator, self.gateway(simulator) as gateway:
            def run(seconds, *flags):
                load = self.budget(gateway, "--mode", "mixed", "--seconds", str(seconds), "--hosts", "50000",
                                   "--deadline-ms", str(DEADLINE_S * 1000), *flags)
                self.ready(load)
                slow(simulator, FALCON_MS)
                clear(simulator, "ledger")
                self.go(load)
                found = result(load)
                ledger = control(simulator, "ledger")
                clear(simulator, "faults")
                return found, sum(ledger["counts"].values()), ledger["statuses"].get("429", 0)

            load, calls, limited = run(90)
            bare, bare_calls, bare_limited = run(15, "--falcon-url", simulator.address)
        lookups = load["lookups"]
        refused = sum(load[kind]["failures"].get("8", 0) for kind in KINDS)  # RESOURCE_EXHAUSTED
        good = lookups["ok"] / (lookups["ok"] + sum(lookups["failures"].values()))
        answered, bare_ok = (sum(one[kind]["ok"] for kind in KINDS) for one in (load, bare))
        row("mixed load of 2,000 /s: 429s, and seen by callers", f"{limited}, {refused}", "none seen", refused == 0)
        row("mixed load: look-ups answered within 2 s", f"{good:.2%} (p50 {lookups['p50_ms']:.0f}, p99 {lookups['p99_ms']:.0f} ms)",
            ">= 99.9 %", good >= 0.999)
        others = {kind: sum(load[kind]["failures"].values()) for kind in KINDS[1:]}
        row("mixed load: lists and exports that failed", f"{others['lists']} and {others['exports']}", "none", not any(others.values()))
        row("mixed load: RPCs answered per call (lists of hosts, kept 30 s; exports opt in)",
            f"{answered / calls:.0f} ({calls} calls)", ">= 100", answered >= 100 * calls)
        row("the same without a gateway, 15 s", f"{bare_calls:,} calls, {bare_limited:,} 429s, {bare_ok / bare['offered']:.0%} answered",
            "for comparison", True)

    def fairness(self):
        """Look-ups of distinct ids: ten callers with two in flight each, and one with a hundred times as many."""
        with self.simulator() as simulator, self.gateway(simulator, "--no-batching", "--cache-mib", "0") as gateway:
            def small(number):
                return self.budget(gateway, "--mode", "closed", "--caller", f"small-{number}", "--in-flight", "2", "--channels", "1",
                                   "--seconds", "8", "--live", "--deadline-ms", "10000")

            def measure(*others):
                loads = [small(number) for number in range(10)] + list(others)
                self.ready(*loads)
                slow(simulator, FALCON_MS)
                self.go(*loads)
                counts = [result(load)["calls"]["ok"] for load in loads]
                clear(simulator, "faults")
                return counts[:10], counts[10:]

            alone, _ = measure()
            hog = self.budget(gateway, "--mode", "closed", "--caller", "hog", "--in-flight", "2000", "--seconds", "9", "--live",
                              "--deadline-ms", "20000", "--channels", "4")
            beside, hogged = measure(hog)
        shares = [with_hog / before for with_hog, before in zip(beside, alone)]
        row("ten callers beside one of 100x their load: throughput kept", f"least {min(shares):.1%}, all {sum(beside) / sum(alone):.1%}"
            f" (it: {hogged[0]})", ">= 90 % each", min(shares) >= 0.9)

    def outages(self):
        """100 look-ups a second with 5 s each, while Falcon has errors, a restart, and short and long outages."""
        self.trouble("five 503s", 20, lambda simulator: control(simulator, "faults", {"kind": "status", "code": 503, "times": 5}))
        self.trouble("restart of 0.2 s", 20, lambda simulator: simulator.restart(0.2))
        self.trouble("one area answers 500", 20, lambda simulator: control(
            simulator, "faults", {"kind": "status", "code": 500, "times": 0, "path": "/alerts"}), beside="detections")
        for lasts in (5, 100):
            self.outage(lasts, 503)
        self.outage(10, None)

    def trouble(self, what, seconds, begin, beside=None):
        rate, start = 100, 5
        with self.simulator() as simulator, self.gateway(simulator, *BARE) as gateway:
            load = self.steady(gateway, rate, seconds, deadline_s=5)
            others = [self.budget(gateway, "--mode", beside, "--rate", "50", "--seconds", str(seconds))] if beside else []
            self.ready(load, *others)
            self.go(load, *others)
            time.sleep(start)
            begin(simulator)
            found = result(load)
            for other in others:
                result(other)
        failed = found["offered"] - found["calls"]["ok"]
        row(f"{what} under {rate} look-ups /s: failed", f"{failed} of {found['offered']:,}", "none", failed == 0)

    def outage(self, lasts, code):
        """Falcon answers with `code` meanwhile. None: its process is stopped, so it does not answer."""
        rate, start, after = 100, 5, 15
        seconds = start + lasts + after
        with self.simulator() as simulator, self.gateway(simulator, *BARE) as gateway:
            load = self.steady(gateway, rate, seconds, deadline_s=5)
            self.ready(load)
            clear(simulator, "ledger")
            self.go(load)
            begun = time.monotonic()
            time.sleep(start)
            if code is None:
                simulator.process.send_signal(signal.SIGSTOP)
            else:
                control(simulator, "faults", {"kind": "status", "code": code, "times": 0})
            time.sleep(lasts)
            if code is None:
                simulator.process.send_signal(signal.SIGCONT)
            else:
                attempts = control(simulator, "ledger")["statuses"].get(str(code), 0)
                clear(simulator, "faults")
            ended = time.monotonic() - begun
            answered = self.by_second(result(load)["calls"], seconds)
        whole = next((second for second in range(int(ended), seconds) if min(answered[second:]) >= rate), None)
        back = None if whole is None else max(0, whole - ended)
        what = "Falcon stands still" if code is None else f"Falcon answers {code}"
        row(f"{what} for {lasts} s at {rate} /s: whole again after", f"{'-' if back is None else f'{back:.1f}'} s", "<= 2 s",
            back is not None and back <= 2)
        if code is not None:
            row(f"{what} for {lasts} s: attempts meanwhile", f"{attempts} for {rate * lasts:,} calls", "<= 1.1x",
                attempts <= 1.1 * rate * lasts)

    def tokens(self):
        """500 look-ups a second with tokens that live for 8 s and are all revoked three times; many runs."""
        runs = [self.tokens_once() for _ in range(TOKEN_RUNS)]
        lost, offered, tokens = (sum(column) for column in zip(*runs))
        row(f"tokens expire and are revoked under 500 /s, {TOKEN_RUNS} runs: calls lost", f"{lost} of {offered:,} ({tokens} tokens)",
            "none", lost == 0 and tokens >= 4 * TOKEN_RUNS)

    def tokens_once(self):
        with self.simulator("--token-lifetime", "8") as simulator, \
                self.gateway(simulator, "--no-batching", "--cache-mib", "0", "--max-in-flight", "256") as gateway:
            load = self.steady(gateway, 500, 12, deadline_s=5)
            self.ready(load)
            slow(simulator, FALCON_MS)
            self.go(load)
            for _ in range(3):
                time.sleep(3.3)
                control(simulator, "revoke_tokens", {})
            found = result(load)
            _, tokens = data_calls(simulator)
        return found["offered"] - found["calls"]["ok"], found["offered"], tokens

    def overload(self):
        """Look-ups with 2 s each: near the capacity of Falcon, at four times the capacity, and below it again."""
        usual, most, over_s, after_s = int(CAPACITY * 0.8), CAPACITY * 4, 15, 20
        with self.simulator() as simulator, self.gateway(simulator, "--no-batching", "--cache-mib", "0") as gateway:
            loads = [self.steady(gateway, *load) for load in ((int(CAPACITY * 0.95), 10), (most, over_s), (usual, after_s))]
            self.ready(*loads)
            slow(simulator, FALCON_MS)
            before, over, after = loads
            self.go(before)
            peak = self.by_second(result(before)["calls"], 10)[1:]
            idle = gateway.status("VmRSS")
            with Peak(gateway) as memory:
                self.go(over)
                time.sleep(over_s)
                self.go(after)  # at once, while calls of the overload still wait
                goodput = self.by_second(result(over)["calls"], over_s)[1:-DEADLINE_S]
            calls = result(after)["calls"]
        good, peak = (sum(seconds) / len(seconds) for seconds in (goodput, peak))
        row("overload at 4x: goodput of what Falcon can", f"{good / CAPACITY:.0%} ({good:.0f} of {CAPACITY} /s), of the peak {good / peak:.0%}",
            ">= 80 %", good >= 0.8 * CAPACITY)
        row("overload: RSS over before", f"+{max(0, memory.most - idle) / 1024:.0f} MiB", "<= 64 MiB", memory.most - idle <= 64 * 1024)
        late = self.by_second(calls, after_s)[10:]
        lost = usual * len(late) - sum(late)
        row("overload: after it at 0.8x, the worst second from the 10th on",
            f"{min(late)} of {usual} answered, {lost} lost (before: {sum(calls['failures'].values()) - lost}; p99 {calls['p99_ms']:.0f} ms)",
            ">= 99 %, none lost", min(late) >= 0.99 * usual and lost == 0)
