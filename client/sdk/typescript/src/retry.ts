/** When a call that failed is made again. All times are milliseconds. */
import { Code } from "@connectrpc/connect";

import { GatewayError } from "./errors.js";

const MAX_ATTEMPTS = 5;
const FIRST_DELAY = 500;
const MAX_DELAY = 8000;

/** How long to wait after so many failures in a row, at least as long as the server told. Clients that failed together spread. */
function backoff(failures: number, told: number | undefined): number {
  if (told !== undefined) return told * (1 + 0.1 * Math.random());
  return Math.min(FIRST_DELAY * 2 ** Math.min(failures, 10), MAX_DELAY) * (0.5 + 0.5 * Math.random());
}

/** Waits, unless the signal aborts. */
export function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new GatewayError(signal?.reason));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** The attempts of a call with one response, within one timeout. */
export class Attempts {
  private readonly end: number;
  private failures = 0;

  constructor(timeoutMs: number) {
    this.end = performance.now() + timeoutMs;
  }

  /** At least 1: zero would mean no deadline. */
  remaining(): number {
    return Math.max(1, this.end - performance.now());
  }

  /** How long to wait before the next attempt. Throws the error if there is none. */
  delayAfter(error: GatewayError): number {
    this.failures += 1;
    const delay = backoff(this.failures - 1, error.retryDelayMs);
    if (!error.retryable || this.failures >= MAX_ATTEMPTS || delay >= this.remaining()) throw error;
    return delay;
  }
}

/** How far an export has come over one or more streams, and whether the next one goes on from there. */
export class Progress {
  private received = false;
  private failures = 0;
  private brokenSince = 0;

  constructor(
    private readonly retryForMs: number,
    public resumeToken: string,
  ) {}

  /** The batch's records count as delivered. */
  receive(batch: { resumeToken: string }): void {
    this.resumeToken = batch.resumeToken;
    this.received = true;
    this.failures = 0;
  }

  /** How long to wait before the next stream. Throws the error if the export cannot go on. */
  delayAfter(error: GatewayError): number {
    // A gateway that stops resets its streams, which is told in several ways.
    const reset = !error.reason && [Code.Canceled, Code.Aborted, Code.Internal, Code.Unavailable].includes(error.code);
    if (this.failures === 0) this.brokenSince = performance.now();
    this.failures += 1;
    const delay = backoff(this.failures, error.retryDelayMs);
    const restarts = this.received && !this.resumeToken; // its records would come twice
    const late = performance.now() + delay - this.brokenSince > this.retryForMs;
    if (!(error.retryable || reset) || restarts || late) throw error;
    return delay;
  }
}
