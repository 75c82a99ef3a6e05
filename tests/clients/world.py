"""What the tests of the clients share: the programs of a build, started before each test, and how tests in other languages reach them."""
import concurrent.futures
import contextlib
import http.server
import json
import os
import pathlib
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.request

import grpc

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/bench"))
import programs  # noqa: E402

DETECTIONS = 2000


def run(*command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode:
        raise AssertionError(f"{command} ended with {done.returncode}: {done.stdout}")
    return done.stdout


class World:
    """A simulator, and gateways over TLS; one of them wants client certificates."""

    def __init__(self, build, stack):
        self.build = build
        self.folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.stack = stack
        self.ca = str(self.folder / "ca.pem")
        self.simulator = self.program("tests/simulator/falcon-simulator", "--tls-self-signed", str(self.folder), "--hosts", "1000", "--alerts",
                                      str(DETECTIONS), "--discover-hosts", "1010", "--vulnerabilities", "2000")
        self.trust = ssl.create_default_context(cafile=self.ca)
        self.client_cert, self.client_key = str(self.folder / "client.pem"), str(self.folder / "client.key")
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=analyst", "-days", "2",
            "-keyout", self.client_key, "-out", self.client_cert)
        self.gateway = self.start_gateway()
        self.mutual = self.start_gateway("--tls-client-ca", self.client_cert)

    def program(self, name, *flags, **environment):
        program = programs.Program([str(self.build / name), "--listen", "127.0.0.1:0", *flags], environment)
        self.stack.callback(lambda: (program.process.kill(), program.process.wait()))
        return program

    def start_gateway(self, *flags):
        return self.program("service/falcon-gateway", "--ca-file", self.ca, "--tls-cert", str(self.folder / "cert.pem"), "--tls-key",
                            str(self.folder / "key.pem"), "--memory-limit-mib", "0", "--circuit-breaker-min-calls", "0", "--cache-mib", "0", *flags,
                            FALCON_CLIENT_ID="simulator-client", FALCON_CLIENT_SECRET="simulator-secret", FALCON_BASE_URL=self.simulator.address)

    def control(self, call, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.simulator.address}/__simulator/{call}", data, method=method)
        with urllib.request.urlopen(request, context=self.trust) as answer:
            text = answer.read()
        return json.loads(text) if text else None


class RefusingServer(grpc.GenericRpcHandler):
    """Answers every call with UNAVAILABLE and forbids retries; remembers the metadata of calls."""

    def __init__(self):
        self.calls = []
        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(1), handlers=[self])
        self.address = f"127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"
        self.server.start()

    def service(self, details):
        def refuse(_, context):
            context.set_trailing_metadata([("grpc-retry-pushback-ms", "-1")])
            context.abort(grpc.StatusCode.UNAVAILABLE, "busy")

        self.calls.append(dict(details.invocation_metadata))
        return grpc.unary_unary_rpc_method_handler(refuse)


class ControlServer(http.server.ThreadingHTTPServer):
    """What tests in other languages can ask for.

    POST /restart           kills the gateway and starts it again at its address
    POST /gateway           starts another gateway; its address
    GET /refused            the metadata of the calls that the refusing server saw
    * /simulator/PATH       the simulator's control endpoint PATH
    """

    def __init__(self, world):
        super().__init__(("127.0.0.1", 0), ControlHandler)
        self.world = world
        self.refusing = RefusingServer()
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class ControlHandler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        world, (_, verb, *rest) = self.server.world, self.path.split("/", 2)
        if verb == "restart":
            text = world.gateway.restart(0.1) or ""
        elif verb == "gateway":
            text = world.start_gateway().address
        elif verb == "refused":
            text = json.dumps(self.server.refusing.calls)
        else:
            text = json.dumps(world.control(rest[0], json.loads(body) if body else None, self.command))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = do_DELETE = answer

    def log_message(self, *_):
        pass


def run_language_test(build, command, cwd):
    """Runs a test program that finds the world in its environment. Ends this process as the program ends."""
    with contextlib.ExitStack() as stack:
        world = World(build, stack)
        control = ControlServer(world)
        variables = {"FALCON_GATEWAY_ADDRESS": world.gateway.address, "FALCON_GATEWAY_CA_FILE": world.ca, "TEST_MUTUAL_ADDRESS": world.mutual.address,
                     "TEST_CERT_FILE": world.client_cert, "TEST_KEY_FILE": world.client_key, "TEST_CONTROL": control.address,
                     "TEST_REFUSING_ADDRESS": control.refusing.address}
        ended = subprocess.run(command, cwd=cwd, env={**os.environ, **variables}, check=False)
    sys.exit(ended.returncode)
