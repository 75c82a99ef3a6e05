/** What a failed call throws: the gateway's status with its google.rpc details, in readable parts. */
import { Code, ConnectError } from "@connectrpc/connect";

import { BadRequestSchema, ErrorInfoSchema, QuotaFailureSchema, RetryInfoSchema } from "./gen/google/rpc/error_details_pb.js";
import { escapeText } from "./text.js";

/** A wrong field of the request, by its path there; or a quota that is spent. */
export interface Violation {
  field: string;
  description: string;
}

/** A call that failed. `message` is for people and escaped; all other text is as it came. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: Code;
  /** The text of the status. */
  readonly rawMessage: string;
  /** A value of ErrorReason without its prefix: "FQL_INVALID". Empty if the gateway did not answer. */
  readonly reason: string;
  /** Facts such as trace_id and http_status; errors.proto lists them. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly Violation[];
  readonly quotas: readonly Violation[];
  /** Milliseconds after which the same call may succeed; undefined if that is not known. */
  readonly retryDelayMs: number | undefined;
  /** The API scopes that the gateway's credentials lack. */
  readonly requiredScopes: readonly string[];
  /** `filter.fql` with every mistake corrected, where the gateway knows it. */
  readonly correctedFilter: string | undefined;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;

  constructor(failure: unknown) {
    const error = ConnectError.from(failure);
    const info = error.findDetails(ErrorInfoSchema)[0];
    const metadata = info?.metadata ?? {};
    const reason = info?.reason ?? "";
    const violations = error.findDetails(BadRequestSchema).flatMap((detail) => detail.fieldViolations);
    const quotas = error
      .findDetails(QuotaFailureSchema)
      .flatMap((detail) => detail.violations.map((one) => ({ field: one.subject, description: one.description })));
    const scopes = (metadata["required_scopes"] ?? "").split(",").map((scope) => scope.trim());
    super(describe(error, reason, metadata, [...violations, ...quotas]), { cause: failure });
    this.code = error.code;
    this.rawMessage = error.rawMessage;
    this.reason = reason;
    this.metadata = metadata;
    this.violations = violations.map(({ field, description }) => ({ field, description }));
    this.quotas = quotas;
    this.requiredScopes = scopes.filter((scope) => scope);
    this.correctedFilter = metadata["corrected_filter"];
    const { delayMs, forbidden } = retryAfter(error);
    this.retryDelayMs = delayMs;
    // A list whose cursor expired starts over.
    const allowed = !forbidden && reason !== "CURSOR_EXPIRED";
    const passing = reason ? metadata["retryable"] === "true" : error.code === Code.Unavailable || delayMs !== undefined;
    this.retryable = allowed && passing;
  }
}

/** gRPC's name of a code: "INVALID_ARGUMENT". */
function codeName(code: Code): string {
  return code === Code.Canceled ? "CANCELLED" : Code[code].replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}

function describe(error: ConnectError, reason: string, metadata: Record<string, string>, violations: Violation[]): string {
  const lines = [`${error.rawMessage || "The call failed."} (${reason || codeName(error.code)})`];
  for (const { field, description } of violations) {
    if (!error.rawMessage.includes(description)) lines.push(`  ${field}: ${description}`);
  }
  if (metadata["upstream_text"]) lines.push(`  Falcon's message: ${metadata["upstream_text"]}`);
  if (metadata["corrected_filter"]) lines.push(`  Corrected filter: ${metadata["corrected_filter"]}`);
  if (metadata["required_scopes"]) lines.push(`  Missing API scopes: ${metadata["required_scopes"]}`);
  if (!reason && error.code === Code.Unavailable) {
    lines.push("  Is a gateway running at the client's address, and does it use TLS as this client does?");
  }
  return lines.map(escapeText).join("\n");
}

/** What RetryInfo and gRPC's pushback say, whichever is later. */
function retryAfter(error: ConnectError): { delayMs: number | undefined; forbidden: boolean } {
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  const told = delay && Number(delay.seconds) * 1000 + delay.nanos / 1e6;
  const pushback = error.metadata.get("grpc-retry-pushback-ms");
  if (pushback === null) return { delayMs: told, forbidden: false };
  // Negative, or none that gRPC knows: both forbid a retry.
  if (!/^\d+$/.test(pushback)) return { delayMs: told, forbidden: true };
  return { delayMs: Math.max(told ?? 0, Number(pushback)), forbidden: false };
}
