"""The programs of one build that the benchmarks run, and the rows of figures that they print."""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROWS = []
DRIVERS = []  # load drivers that still run


def row(what, figure, target, met):
    ROWS.append((what, figure, target, met))
    print(f"{'ok  ' if met else 'MISS'}  {what:58} {figure:>34}   target {target}", flush=True)


def driver(arguments):
    """Starts a load driver. Some drivers wait for a line on standard input before they begin."""
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    DRIVERS.append(process)
    return process


def result(process):
    """Waits for the end of a driver. Returns the JSON that it printed."""
    answer = process.communicate()[0]
    DRIVERS.remove(process)
    try:
        return json.loads(answer)
    except json.JSONDecodeError:
        raise SystemExit(f"{' '.join(process.args)} ended with {process.returncode}: {answer!r}") from None


def end_drivers():
    while DRIVERS:
        process = DRIVERS.pop()
        process.kill()
        process.wait()


def end_by_signal(number, _):
    """Exits by an exception, so that the context managers end all that was started."""
    signal.signal(number, signal.SIG_IGN)
    sys.exit(128 + number)


class Program:
    """A server that prints the address where it listens."""

    def __init__(self, arguments, environment=None):
        self.arguments, self.environment = arguments, environment
        self.start()

    def start(self):
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                        env={"PATH": os.environ["PATH"], **(self.environment or {})})
        try:
            line = self.process.stdout.readline()
            self.start_seconds = time.monotonic() - self.started
            found = re.search(r"listening on (\S+)", line)
            if not found:
                raise SystemExit(f"{self.arguments[0]} did not start: {line!r}")
            self.address = found.group(1)
        except BaseException:
            self.process.kill()
            raise

    def restart(self, seconds):
        """Kills the program, and starts it at the same address after `seconds`."""
        self.process.kill()
        self.process.wait()
        time.sleep(seconds)
        at = self.arguments.index("--listen") + 1
        self.arguments[at] = self.address.removeprefix("http://").removeprefix("https://")
        self.start()

    def status(self, key):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as lines:
            return int(re.search(rf"^{key}:\s+(\d+)", lines.read(), re.M).group(1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end_drivers()  # some are left after a failure, and the gateway would wait for their calls
        self.process.send_signal(signal.SIGINT)  # the gateway delays its end on SIGTERM
        self.process.wait()


class Peak:
    """The peak resident memory of a program while this is open, in KiB."""

    def __init__(self, program):
        self.program = program
        self.most = 0
        self.done = threading.Event()
        self.watch = threading.Thread(target=self.look)

    def look(self):
        while not self.done.wait(0.05):
            self.most = max(self.most, self.program.status("VmRSS"))

    def __enter__(self):
        self.watch.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.watch.join()


class Build:
    """The programs of one Release build."""

    def __init__(self, build):
        self.build = build
        self.folder = tempfile.TemporaryDirectory()

    def simulator(self, *flags, tls=False, hosts=10000, rate_limit=0):
        tls_flags = ["--tls-self-signed", self.folder.name] if tls else []
        return Program([f"{self.build}/tests/simulator/falcon-simulator", "--listen", "127.0.0.1:0", "--rate-limit", str(rate_limit),
                        "--hosts", str(hosts), "--alerts", "1000", *tls_flags, *flags])

    def gateway(self, simulator, *flags):
        ca = ["--ca-file", f"{self.folder.name}/ca.pem"] if simulator.address.startswith("https") else []
        return Program([f"{self.build}/service/falcon-gateway", "--listen", "127.0.0.1:0", *ca, *flags],
                       {"FALCON_CLIENT_ID": "simulator-client", "FALCON_CLIENT_SECRET": "simulator-secret",
                        "FALCON_BASE_URL": simulator.address})


def control(simulator, call, body=None):
    """Calls a control endpoint of the simulator. Returns its response."""
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(f"{simulator.address}/__simulator/{call}", data) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def clear(simulator, call):
    urllib.request.urlopen(urllib.request.Request(f"{simulator.address}/__simulator/{call}", method="DELETE")).read()


def slow(simulator, ms):
    control(simulator, "faults", {"kind": "latency", "ms": ms, "times": 0})
