// The installed package against a TLS gateway and the simulator, which TEST_* and FALCON_GATEWAY_* name.
import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";

import { Code, createClient, escapeText, GatewayError, getDetections, getDiscoverHosts, getHostDetails, getIocs, getIncidents } from "@falcon-gateway/client";
import { getRtrSessions, getSpotlightVulnerabilities, v1, type ClientOptions } from "@falcon-gateway/client";

const DETECTIONS = 2000;
const control = (path: string, method = "POST", body?: object) =>
  fetch(`${process.env["TEST_CONTROL"]}/${path}`, { method, body: body ? JSON.stringify(body) : null });
const fault = (body: object) => control("simulator/faults", "POST", body);

const clients: { close(): void }[] = [];
function connect(options: ClientOptions = {}) {
  const client = createClient(options);
  clients.push(client);
  return client;
}
const client = connect();
after(() => clients.forEach((one) => one.close()));
afterEach(() => control("simulator/faults", "DELETE"));

async function failure(call: Promise<unknown> | AsyncIterable<unknown>): Promise<GatewayError> {
  const error = await (Symbol.asyncIterator in call ? Array.fromAsync(call) : call).then(
    () => assert.fail("the call did not fail"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof GatewayError, String(error));
  return error;
}

test("a pager returns the records of all pages", async () => {
  const ids = new Set<string>();
  for await (const detection of client.listDetections({ pageSize: 900 })) ids.add(detection.compositeId);
  assert.equal(ids.size, DETECTIONS);
  const request = { pageSize: 30, filter: { severities: [v1.Severity.CRITICAL] } };
  const pages = await Array.fromAsync(client.listDetections(request).pages());
  assert.ok(pages.length > 1);
  assert.equal(pages.flatMap((page) => page.detections).length, Number(pages[0]!.totalSize));
});

test("a thousand look-ups in flight return their hosts", async () => {
  const ids: string[] = [];
  for await (const host of client.listHosts({ pageSize: 1000 })) if (ids.push(host.deviceId) === 1000) break;
  const ask = (value: string) => client.getHost({ host: { case: "deviceId", value } }, { timeoutMs: 60_000 });
  const answers = await Promise.all(ids.map(ask));
  assert.deepEqual(answers.map((answer) => answer.host?.deviceId), ids);
});

test("a batch beyond the bound is split and keeps its order", async () => {
  const hosts = (await Array.fromAsync(client.listDiscoveredHosts({ pageSize: 1000 }))).map((host) => host.id).sort();
  assert.ok(hosts.length > 1000);
  const unknown = hosts[0]!.slice(0, 33) + "0".repeat(32);
  await control("simulator/ledger", "DELETE");
  const answer = await client.batchGetDiscoveredHosts({ ids: [...hosts, unknown, hosts[0]!] });
  assert.deepEqual(answer.hosts.map((host) => host.id), hosts);
  assert.deepEqual(answer.missing.map((one) => one.id), [unknown]);
  const { counts } = (await (await control("simulator/ledger", "GET")).json()) as { counts: Record<string, number> };
  const calls = Object.entries(counts).filter(([name]) => !name.includes("oauth2")).reduce((sum, [, count]) => sum + count, 0);
  assert.equal(answer.readInfo?.upstreamCalls, calls);
});

test("an export returns each record once across restarts of the gateway", async () => {
  await fault({ kind: "latency", path: "/alerts", ms: 50, times: 0 });
  const ids: string[] = [];
  for await (const detection of client.exportDetections({ batchSize: 100 })) {
    ids.push(detection.compositeId);
    if (ids.length === 300 || ids.length === 1200) await control("restart");
  }
  assert.deepEqual([ids.length, new Set(ids).size], [DETECTIONS, DETECTIONS]);
});

test("an export's token resumes behind what was read", async () => {
  const started = client.exportDetections({ batchSize: 100 });
  const seen: string[] = [];
  for await (const batch of started.batches()) {
    if (seen.length === 200) break; // the third is not done with
    seen.push(...batch.detections.map((one) => one.compositeId));
  }
  for (const rest of [client.exportDetections({ resumeToken: started.resumeToken }), started]) {
    const ids = [...seen, ...(await Array.fromAsync(rest)).map((one) => one.compositeId)];
    assert.deepEqual([ids.length, new Set(ids).size], [DETECTIONS, DETECTIONS]);
  }
});

test("an export fails once retryForMs has passed, and when it is aborted", async () => {
  const nobody = connect({ address: "127.0.0.1:1", retryForMs: 0 });
  assert.equal((await failure(nobody.exportHosts())).code, Code.Unavailable);
  const aborted = await failure(client.exportHosts({}, { signal: AbortSignal.abort() }));
  assert.equal(aborted.code, Code.Canceled);
});

test("an invalid request names its fields and the corrected filter", async () => {
  const error = await failure(client.listDetections({ filter: { createdTime: { case: "days", value: 900 }, fql: "severty:>60" } }));
  assert.deepEqual([error.code, error.reason], [Code.InvalidArgument, "INVALID_FIELD"]);
  assert.deepEqual(error.violations.map((one) => one.field), ["filter.days", "filter.fql"]);
  assert.equal(error.correctedFilter, "severity:>60");
  assert.match(error.message, /Corrected filter: severity:>60/);
});

test("a record that Falcon does not know is not found", async () => {
  const error = await failure(client.getHost({ host: { case: "hostname", value: "no-such-host" } }));
  assert.deepEqual([error.code, error.reason], [Code.NotFound, "NOT_FOUND"]);
});

test("a missing scope is told", async () => {
  await fault({ kind: "forbidden", path: "/devices", times: 0 });
  const error = await failure(client.listHosts());
  assert.deepEqual([error.code, error.reason, error.requiredScopes], [Code.PermissionDenied, "SCOPE_MISSING", ["Hosts:read"]]);
});

test("a call is made again while the gateway says that it may succeed", async () => {
  await fault({ kind: "status", path: "/devices", code: 503, times: 4 }); // one more than the gateway retries
  assert.ok((await client.getHost({ host: { case: "hostname", value: "SRV-PROD-001" } })).host?.deviceId);
});

test("a negative pushback forbids retries, and calls carry the caller's name", async () => {
  const refused = connect({ address: process.env["TEST_REFUSING_ADDRESS"]!, tls: false, caller: "soar" });
  assert.equal((await failure(refused.getStatus())).code, Code.Unavailable);
  const calls = (await (await control("refused", "GET")).json()) as Record<string, string>[];
  assert.deepEqual(calls.map((call) => call["falcon-caller"]), ["soar"]);
});

test("a delay beyond the timeout is thrown with RetryInfo", async () => {
  const address = await (await control("gateway")).text(); // of its own: the budget is closed for all of its callers
  await fault({ kind: "rate_limited", path: "/devices", in_seconds: 40 });
  const error = await failure(connect({ address, timeoutMs: 10_000 }).listHosts());
  assert.deepEqual([error.code, error.reason, error.retryable], [Code.ResourceExhausted, "RATE_LIMITED", true]);
  assert.ok(error.retryDelayMs! > 10_000);
});

const mutual = { address: process.env["TEST_MUTUAL_ADDRESS"]!, certFile: process.env["TEST_CERT_FILE"]!, keyFile: process.env["TEST_KEY_FILE"]! };

test("mutual TLS needs a client certificate", async () => {
  assert.ok((await connect(mutual).getStatus()).version);
  await failure(connect({ address: mutual.address, timeoutMs: 1000 }).getStatus());
  assert.throws(() => connect({ certFile: mutual.certFile }), /go together/);
});

test("each of the seven questions returns records", async () => {
  const asked = connect(mutual);
  const answers = {
    detections: await getDetections({ severity: "critical", status: "new", limit: 3, hostname: "srv-prod-001" }),
    technique: await getDetections({ technique: "T1003.001", days: 30, client: asked }),
    iocs: await getIocs({ days: 30, type: "sha256", severity: "CRITICAL", limit: 3 }),
    vulnerabilities: await getSpotlightVulnerabilities({ days: 60, severity: "critical", status: "open", hostname: "SRV-PROD-001" }),
    incidents: await getIncidents({ days: 30, status: "new", severity: "critical" }),
    sessions: await getRtrSessions({ status: "active", limit: 4 }),
    assets: await getDiscoverHosts({ days: 30, status: "unmanaged" }),
  };
  for (const [name, records] of Object.entries(answers)) assert.ok(records.length >= 1 && records.length <= 5, name);
  assert.ok(answers.detections.every((one) => one.severity === v1.Severity.CRITICAL && one.device?.hostname === "SRV-PROD-001"));
  assert.equal((await getHostDetails({ hostname: "srv-prod-001" }))?.localIp, "192.168.1.100");
  await assert.rejects(async () => getDetections({ severity: "sever" }), /informational, low, medium, high, critical/);
});

test("unsafe text is escaped where a person reads it", () => {
  assert.equal(escapeText("a\x1b[2J\u202eb\nforged \u{e0041}"), "a\\u{001B}[2J\\u{202E}b\\u{000A}forged \\u{E0041}");
});
