/** A client of falcon-gateway: typed methods, pagers, exports that resume, and errors that say what to do. */
export { Code } from "@connectrpc/connect";

export { Export, Pager, type CallOptions } from "./calls.js";
export { createClient, type Client, type ClientOptions } from "./client.js";
export { GatewayError, type Violation } from "./errors.js";
export * from "./questions.js";
export { escapeText } from "./text.js";
export * as v1 from "./v1.js";
export { VERSION } from "./version.js";
