"""The Python package: built, installed and checked by mypy, then driven against a TLS gateway and the simulator.

usage: python_test.py BUILD [TEST ...]
"""
import asyncio
import contextlib
import inspect
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from google.protobuf import descriptor_pb2, descriptor_pool

import world as world_of_tests
from world import DETECTIONS, ROOT, RefusingServer, run

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
USER_CODE = """
from typing import List, Optional
import falcon_gateway
from falcon_gateway import v1

def names(client: falcon_gateway.Client) -> List[str]:
    hosts = client.list_hosts(filter={"days": 7}, page_size=10)
    return [host.hostname for host in hosts] + [v1.Severity.Name(v1.SEVERITY_HIGH)]

async def first(client: falcon_gateway.AsyncClient) -> Optional[str]:
    async for detection in client.export_detections():
        return detection.composite_id
    return (await client.get_host(hostname="a")).host.device_id

falcon_gateway.Client().list_hosts(page_size="ten")
"""


class PythonWorld(world_of_tests.World):
    """With clients of the installed package."""

    def __init__(self, stack):
        super().__init__(BUILD, stack)
        self.loop = asyncio.new_event_loop()
        stack.callback(self.loop.close)
        self.clients = self.connect()

    def connect(self, gateway=None, **settings):
        """Clients of both kinds."""
        settings = {"address": (gateway or self.gateway).address, "ca_file": self.ca, **settings}
        client = fg.Client(**settings)
        self.stack.callback(client.close)
        asynchronous = fg.AsyncClient(**settings)
        self.stack.callback(lambda: self.loop.run_until_complete(asynchronous.close()))
        return client, asynchronous

    def result(self, call):
        """What a call of either client comes to: a response, or all records."""
        async def collect():
            return [record async for record in call]

        if inspect.isawaitable(call):
            return self.loop.run_until_complete(call)
        if hasattr(call, "__aiter__"):
            return self.loop.run_until_complete(collect())
        return list(call) if hasattr(call, "__iter__") else call


def install(folder):
    """Makes the packages and installs the wheel; returns the folder that it is in."""
    run(str(ROOT / "scripts/generate-clients"), "--out", str(folder / "clients"), "python")
    (wheel,) = (folder / "clients/python/dist").glob("*.whl")
    run("/usr/bin/python3", "-m", "venv", "--system-site-packages", str(folder / "venv"))
    run(str(folder / "venv/bin/pip"), "install", "--quiet", "--no-index", str(wheel))
    (site,) = (folder / "venv/lib").glob("python*/site-packages")
    return site


def define_other_google_rpc():
    """As googleapis-common-protos would: files of the same names with other contents, in the pool that all modules share."""
    for name in ("google/rpc/status.proto", "google/rpc/error_details.proto"):
        other = descriptor_pb2.FileDescriptorProto(name=name, package="google.rpc")
        other.message_type.add(name="Status" if "status" in name else "ErrorInfo")
        descriptor_pool.Default().AddSerializedFile(other.SerializeToString())


def setUpModule():
    global fg, world, packages
    stack = contextlib.ExitStack()
    unittest.addModuleCleanup(stack.close)
    packages = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
    sys.path.insert(0, str(install(packages)))
    define_other_google_rpc()
    import falcon_gateway as fg
    world = PythonWorld(stack)


class ClientsTest(unittest.TestCase):
    """Each test asks by the client that blocks and by the one for asyncio."""

    def both(self, gateway=None, **settings):
        return world.connect(gateway, **settings) if gateway or settings else world.clients

    def tearDown(self):
        world.control("faults", method="DELETE")

    def failure(self, kind, call):
        with self.assertRaises(kind) as raised:
            world.result(call())
        return raised.exception

    def test_pager_returns_records_of_all_pages(self):
        for client in self.both():
            ids = [record.composite_id for record in world.result(client.list_detections(page_size=900))]
            self.assertEqual((len(ids), len(set(ids))), (DETECTIONS, DETECTIONS))
            request = fg.v1.ListDetectionsRequest(page_size=30)
            pages = world.result(client.list_detections(request, filter={"severities": ["SEVERITY_CRITICAL"], "days": 7}).pages)
            self.assertGreater(len(pages), 1)
            self.assertEqual(sum(len(page.detections) for page in pages), pages[0].total_size)
            self.assertFalse(request.page_token)

    def test_thousand_lookups_in_flight_return_their_hosts(self):
        ids = [host.device_id for host in world.clients[0].list_hosts(page_size=1000)][:1000]

        async def ask():
            return await asyncio.gather(*(world.clients[1].get_host(device_id=one, timeout=60) for one in ids))

        self.assertEqual([answer.host.device_id for answer in world.loop.run_until_complete(ask())], ids)

    def test_batch_beyond_the_bound_is_split_and_keeps_order(self):
        hosts = sorted(host.id for host in world.clients[0].list_discovered_hosts(page_size=1000))
        self.assertGreater(len(hosts), 1000)
        unknown = f"{hosts[0][:33]}{'0' * 32}"
        for client in self.both():
            world.control("ledger", method="DELETE")
            answer = world.result(client.batch_get_discovered_hosts(ids=[*hosts, unknown, hosts[0]]))
            self.assertEqual([host.id for host in answer.hosts], hosts)
            self.assertEqual([one.id for one in answer.missing], [unknown])
            calls = sum(n for name, n in world.control("ledger")["counts"].items() if "oauth2" not in name)
            self.assertEqual(answer.read_info.upstream_calls, calls)

    def test_export_returns_each_record_once_across_restarts_of_the_gateway(self):
        def restart_at(count):
            if count in (300, 1200):
                world.gateway.restart(0.1)

        async def collect(records):
            ids = []
            async for record in records:
                ids.append(record.composite_id)
                await asyncio.to_thread(restart_at, len(ids))
            return ids

        world.control("faults", {"kind": "latency", "path": "/alerts", "ms": 50, "times": 0})
        for client in self.both():
            export, ids = client.export_detections(batch_size=100), []
            if isinstance(client, fg.Client):
                for record in export:
                    ids.append(record.composite_id)
                    restart_at(len(ids))
            else:
                ids = world.loop.run_until_complete(collect(export))
            self.assertEqual((len(ids), len(set(ids))), (DETECTIONS, DETECTIONS))

    def test_export_token_resumes_behind_what_was_read(self):
        client = world.clients[0]
        export = client.export_detections(batch_size=100)
        batches = export.batches
        seen = [record.composite_id for _ in range(3) for record in next(batches).detections][:200]  # the third is not done with
        batches.close()
        for rest in (client.export_detections(resume_token=export.resume_token), export):
            ids = seen + [record.composite_id for record in rest]
            self.assertEqual((len(ids), len(set(ids))), (DETECTIONS, DETECTIONS))

    def test_export_fails_once_retry_for_has_passed(self):
        for client in self.both(address="127.0.0.1:1", retry_for=0.0):
            self.failure(fg.Unavailable, client.export_hosts)

    def test_invalid_request_names_its_fields_and_the_corrected_filter(self):
        for client in self.both():
            error = self.failure(fg.InvalidArgument, lambda: client.list_detections(filter={"days": 900, "fql": "severty:>60"}))
            self.assertEqual((error.code, error.reason), ("INVALID_ARGUMENT", "INVALID_FIELD"))
            self.assertEqual([one.field for one in error.violations], ["filter.days", "filter.fql"])
            self.assertEqual(error.corrected_filter, "severity:>60")
            self.assertTrue(world.result(client.list_detections(filter={"fql": error.corrected_filter})))

    def test_unknown_record_is_not_found(self):
        for client in self.both():
            self.assertEqual(self.failure(fg.NotFound, lambda: client.get_host(hostname="no-such-host")).reason, "NOT_FOUND")

    def test_missing_scope_is_told(self):
        for client in self.both():
            world.control("faults", {"kind": "forbidden", "path": "/devices", "times": 0})
            error = self.failure(fg.PermissionDenied, lambda: client.list_hosts())
            self.assertEqual((error.reason, error.required_scopes), ("SCOPE_MISSING", ["Hosts:read"]))
            self.assertIn("Hosts:read", str(error))

    def test_call_is_retried_while_the_gateway_says_that_it_may_succeed(self):
        for client in self.both():
            world.control("faults", {"kind": "status", "path": "/devices", "code": 503, "times": 4})  # one more than the gateway retries
            self.assertTrue(world.result(client.get_host(hostname="SRV-PROD-001")).host.device_id)

    def test_negative_pushback_forbids_retries(self):
        server = RefusingServer()
        self.addCleanup(server.server.stop, None)
        for client in self.both(address=server.address, ca_file=None, caller="soar"):
            self.failure(fg.Unavailable, lambda: client.get_status())
        self.assertEqual([call["falcon-caller"] for call in server.calls], ["soar", "soar"])

    def test_delay_beyond_the_timeout_is_raised_with_retry_info(self):
        gateway = world.start_gateway()  # of its own: the budget is closed for all of its callers
        for client in self.both(gateway, timeout=10.0):
            world.control("faults", {"kind": "rate_limited", "path": "/devices", "in_seconds": 40})
            error = self.failure(fg.ResourceExhausted, lambda: client.list_hosts())
            self.assertEqual(error.reason, "RATE_LIMITED")
            self.assertGreater(error.retry_delay, 10)
            self.assertTrue(error.retryable)

    def test_mutual_tls_needs_a_client_certificate(self):
        for client in self.both(world.mutual, cert_file=world.client_cert, key_file=world.client_key):
            self.assertTrue(world.result(client.get_status()).version)
        for client in self.both(world.mutual, timeout=1.0):
            self.failure((fg.Unavailable, fg.DeadlineExceeded), lambda: client.get_status())
        with self.assertRaisesRegex(ValueError, "go together"):
            fg.Client(cert_file=world.client_cert)


class QuestionsTest(unittest.TestCase):
    def setUp(self):
        settings = {"ADDRESS": world.mutual.address, "CA_FILE": world.ca, "CERT_FILE": world.client_cert, "KEY_FILE": world.client_key}
        self.environment = {f"FALCON_GATEWAY_{name}": value for name, value in settings.items()}
        os.environ.update(self.environment)
        self.addCleanup(lambda: [os.environ.pop(name) for name in self.environment])

    def test_each_question_returns_records_that_print_as_cards(self):
        cases = [
            (fg.get_detections(days=7, severity="critical", status="new", limit=3, hostname="srv-prod-001"), fg.v1.Detection, "🔴 critical"),
            (fg.get_detections(technique="T1003.001", days=30), fg.v1.Detection, "T1003.001"),
            (fg.get_host_details(hostname="srv-prod-001"), fg.v1.Host, "192.168.1.100"),
            (fg.get_iocs(days=30, type="sha256", severity="CRITICAL", limit=3), fg.v1.Ioc, "sha256"),
            (fg.get_spotlight_vulnerabilities(days=60, severity="critical", status="open", hostname="SRV-PROD-001"), fg.v1.Vulnerability,
             "🔴 critical"),
            (fg.get_incidents(days=30, status="new", severity="critical"), fg.v1.Incident, "🔴 critical"),
            (fg.get_rtr_sessions(days=7, status="active", limit=4), fg.v1.RtrSession, "base_command"),
            (fg.get_discover_hosts(days=30, status="unmanaged"), fg.v1.DiscoveredHost, "unmanaged"),
        ]
        for question, kind, text in cases:
            records = world.result(question)
            with self.subTest(kind.__name__):
                self.assertTrue(1 <= len(records) <= 5 and all(isinstance(record, kind) for record in records))
                self.assertIn(text, str(records))

    def test_cards_are_those_of_fgctl(self):
        fgctl = str(BUILD / "client/fgctl")
        (detection,) = world.result(fg.get_detections(limit=1, severity="critical"))
        client = fg.Client()
        self.addCleanup(client.close)
        for record, arguments in (
            (world.result(fg.get_host_details(hostname="SRV-PROD-001"))[0], ["hosts", "get", "SRV-PROD-001"]),
            (client.get_detection(composite_id=detection.composite_id).detection, ["detections", "get", detection.composite_id]),
            (client.get_status(), ["status"]),
        ):
            shown = run(fgctl, *arguments, "--output", "table", "--no-color", env={**os.environ, **self.environment})
            # Ages, and what changes from call to call.
            varies = re.compile(r"\(.* ago\)|\(now\)|.*\b(uptime|age|expires_in|calls|remaining|rpcs|hits|misses|.*_calls|.*_bytes)\b.*")
            lines = [[varies.sub("", line).rstrip() for line in text.splitlines()] for text in (fg.card(record), shown)]
            self.assertEqual(lines[0], lines[1])

    def test_unknown_word_names_the_known_ones(self):
        with self.assertRaisesRegex(ValueError, "informational, low, medium, high, critical"):
            world.result(fg.get_detections(severity="sever"))
        with self.assertRaisesRegex(ValueError, "exactly one"):
            world.result(fg.get_host_details())

    def test_unsafe_text_is_escaped_where_a_person_reads_it(self):
        hostile = "a\x1b[2J\u202eb\nforged  row\U000e0041"
        shown = fg.card(fg.v1.Host(hostname=hostile, tags=[hostile])) + str(fg.NotFound("NOT_FOUND", hostile))
        self.assertNotRegex(shown, "[\x1b\u202e\U000e0041]|\nforged")
        self.assertIn(r"a\u{001B}[2J\u{202E}b\u{000A}forged  row\u{E0041}", shown)


class PackageTest(unittest.TestCase):
    def test_package_and_its_use_are_clean_under_mypy_strict(self):
        mypy = ["mypy", "--strict", "--python-version", "3.9", "--cache-dir", str(packages / "cache")]
        run(*mypy, "-p", "falcon_gateway", cwd=packages / "clients/python")
        (packages / "use.py").write_text(USER_CODE)
        checked = subprocess.run([*mypy, "--python-executable", str(packages / "venv/bin/python"), "use.py"], cwd=packages, stdout=subprocess.PIPE,
                                 text=True)
        # The wrong type in the last line is found, and nothing else.
        self.assertRegex(checked.stdout, r'^use\.py:15: error: Argument "page_size" .*\nFound 1 error')

    def test_sdist_builds_the_same_package(self):
        (sdist,) = (packages / "clients/python/dist").glob("*.tar.gz")
        run("tar", "xf", str(sdist), "-C", str(packages))
        run("/usr/bin/python3", "-c", "from setuptools import build_meta as b; b.build_wheel('dist')", cwd=packages / sdist.name[: -len(".tar.gz")])
        wheels = [*packages.glob("falcon*/dist/*.whl"), *(packages / "clients/python/dist").glob("*.whl")]
        contents = [run("/usr/bin/python3", "-m", "zipfile", "-l", str(wheel)) for wheel in wheels]
        names = [sorted(line.split()[0] for line in text.splitlines()) for text in contents]
        self.assertEqual(names[0], names[1])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
