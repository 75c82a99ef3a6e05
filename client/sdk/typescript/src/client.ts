/** Where the gateway is, and a client with a method for each of its methods. */
import { readFileSync } from "node:fs";
import type { ClientSessionOptions, SecureClientSessionOptions } from "node:http2";
import { connect } from "node:net";

import { create } from "@bufbuild/protobuf";
import type { DescMessage, DescMethod, DescService, Message, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";

import { Caller, type CallOptions, type Export, type Pager } from "./calls.js";
import * as v1 from "./v1.js";
import { VERSION } from "./version.js";

export interface ClientOptions {
  /** HOST:PORT or unix:PATH. Default: FALCON_GATEWAY_ADDRESS, else 127.0.0.1:50051. */
  address?: string;
  /** Whether to use TLS. Default: where a file is given. */
  tls?: boolean;
  /** PEM file of the authorities to trust. Default: FALCON_GATEWAY_CA_FILE, else the system's. */
  caFile?: string;
  /** The client certificate, for mutual TLS. Default: FALCON_GATEWAY_CERT_FILE. */
  certFile?: string;
  /** The key of the client certificate. Default: FALCON_GATEWAY_KEY_FILE. */
  keyFile?: string;
  /** The name under which the gateway accounts calls without a client certificate. */
  caller?: string;
  /** Milliseconds that a call with one response may take, retries included. Default: 30,000. */
  timeoutMs?: number;
  /** Milliseconds without progress after which an export is given up. Default: 120,000. */
  retryForMs?: number;
}

type API = typeof v1;
type Intersection<U> = (U extends unknown ? (u: U) => void : never) extends (i: infer I) => void ? I : never;
type Methods = Intersection<{ [S in keyof API]: API[S] extends { method: infer M } ? M : never }[keyof API]>;
/** The records of a response: the items of its only list. */
type RecordOf<O> = { [F in keyof O]-?: O[F] extends (infer R extends Message)[] ? R : never }[keyof O];
type Result<O, Kind> = O extends Message & { resumeToken: string }
  ? Kind extends "server_streaming" ? Export<O, RecordOf<O>> : Promise<O>
  : O extends Message & { nextPageToken: string } ? Pager<O, RecordOf<O>> : Promise<O>;
type Call<M> = M extends { input: infer I extends DescMessage; output: infer O extends DescMessage; methodKind: infer Kind }
  ? (request?: MessageInitShape<I>, options?: CallOptions) => Result<MessageShape<O>, Kind>
  : never;

/**
 * A client of a gateway. Each method of the API is one of the client's: a list is a Pager over its records, an export is an Export over
 * its records, everything else is a promise of the response. Failures are GatewayErrors.
 */
export type Client = { readonly [M in keyof Methods]: Call<Methods[M]> } & {
  /** Ends the connection and the calls under way. */
  close(): void;
};

function settingsOf(options: ClientOptions) {
  const address = options.address || process.env["FALCON_GATEWAY_ADDRESS"] || "127.0.0.1:50051";
  const ca = options.caFile || process.env["FALCON_GATEWAY_CA_FILE"];
  let { certFile: cert, keyFile: key } = options;
  if (!cert && !key) [cert, key] = [process.env["FALCON_GATEWAY_CERT_FILE"], process.env["FALCON_GATEWAY_KEY_FILE"]];
  if (!cert !== !key) {
    throw new TypeError("certFile and keyFile go together, as do FALCON_GATEWAY_CERT_FILE and FALCON_GATEWAY_KEY_FILE");
  }
  return { address, ca, cert, key, tls: options.tls ?? (!!ca || !!cert) };
}

function sessionFor(options: ClientOptions): { baseUrl: string; manager: Http2SessionManager } {
  const { address, ca, cert, key, tls } = settingsOf(options);
  const socket = address.startsWith("unix:") ? address.slice("unix:".length).replace(/^\/\/\//, "/") : undefined;
  const node: ClientSessionOptions & SecureClientSessionOptions = {};
  if (ca) node.ca = readFileSync(ca);
  if (cert && key) [node.cert, node.key] = [readFileSync(cert), readFileSync(key)];
  if (socket !== undefined) node.createConnection = () => connect(socket);
  const baseUrl = `${tls ? "https" : "http"}://${socket === undefined ? address : "localhost"}`;
  return { baseUrl, manager: new Http2SessionManager(baseUrl, {}, node) };
}

/** A client of the gateway that the options name. It connects when it is first used. Close it to let the process end. */
export function createClient(options: ClientOptions = {}): Client {
  const { baseUrl, manager } = sessionFor(options);
  const name: Interceptor = (next) => (request) => {
    request.header.set("user-agent", `falcon-gateway-client-typescript/${VERSION}`);
    if (options.caller) request.header.set("falcon-caller", options.caller);
    return next(request);
  };
  const transport = createGrpcTransport({ baseUrl, sessionManager: manager, interceptors: [name] });
  const caller = new Caller(transport, options.timeoutMs ?? 30_000, options.retryForMs ?? 120_000);
  const client: Record<string, unknown> = { close: () => manager.abort() };
  for (const method of methodsOf(Object.values(v1))) {
    client[method.localName] = (request: object = {}, call: CallOptions = {}) =>
      caller.run(method, create(method.input, request as Record<string, unknown>), call);
  }
  return client as Client;
}

function methodsOf(values: unknown[]): DescMethod[] {
  const isService = (value: unknown): value is DescService =>
    typeof value === "object" && value !== null && "kind" in value && value.kind === "service";
  return values.filter(isService).flatMap((service) => service.methods);
}
