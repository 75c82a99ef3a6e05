/** Calls of the gateway: single ones, pages, batches and exports. */
import { create, getOption, hasOption, type DescMessage, type DescMethod, type Message, type MessageShape } from "@bufbuild/protobuf";
import type { DescMethodStreaming, DescMethodUnary } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import type { Transport } from "@connectrpc/connect";

import { GatewayError } from "./errors.js";
import { bounds } from "./gen/falcon_gateway/options/v1/options_pb.js";
import { Attempts, Progress, sleep } from "./retry.js";

export interface CallOptions {
  /** Milliseconds that the call may take, retries included. Default: the client's. Exports have no deadline unless this sets one. */
  timeoutMs?: number;
  /** Cancels the call. */
  signal?: AbortSignal;
}

type Page = Message & { nextPageToken: string };
type Batch = Message & { resumeToken: string };
const DEFAULT_MAX_ITEMS = 1000;

/** Iterates over the records of all pages; each page is asked for when it is needed. */
export class Pager<P extends Page, R> implements AsyncIterable<R> {
  constructor(
    private readonly call: (pageToken: string | undefined) => Promise<P>,
    private readonly records: (page: P) => R[],
  ) {}

  /** The responses, one by one. */
  async *pages(): AsyncGenerator<P, void, void> {
    let token: string | undefined;
    do {
      const page = await this.call(token);
      yield page;
      token = page.nextPageToken;
    } while (token);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<R, void, void> {
    for await (const page of this.pages()) yield* this.records(page);
  }
}

/** Iterates over the records of an export, each once. A stream that breaks is resumed. */
export class Export<P extends Batch, R> implements AsyncIterable<R> {
  constructor(
    private readonly open: (resumeToken: string) => Promise<AsyncIterable<P>>,
    private readonly records: (batch: P) => R[],
    private readonly retryForMs: number,
    private readonly signal: AbortSignal | undefined,
    /** Goes on behind the batches that have been iterated over: `resumeToken` of a later export of the same filter. */
    public resumeToken: string,
  ) {}

  /** The responses, one by one; those that have been iterated over do not come again. */
  async *batches(): AsyncGenerator<P, void, void> {
    const progress = new Progress(this.retryForMs, this.resumeToken);
    for (;;) {
      try {
        for await (const batch of await this.open(progress.resumeToken)) {
          progress.receive(batch);
          yield batch;
          this.resumeToken = progress.resumeToken;
        }
        return;
      } catch (failure) {
        const error = failure instanceof GatewayError ? failure : new GatewayError(failure);
        if (this.signal?.aborted) throw error;
        await sleep(progress.delayAfter(error), this.signal);
      }
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<R, void, void> {
    for await (const batch of this.batches()) yield* this.records(batch);
  }
}

/** Makes calls over a transport. */
export class Caller {
  constructor(
    private readonly transport: Transport,
    private readonly timeoutMs: number,
    private readonly retryForMs: number,
  ) {}

  /** What a method of the client does, by the shape of its request and response. */
  run(method: DescMethod, request: Message, options: CallOptions): unknown {
    if (method.methodKind === "server_streaming") return this.export(method as DescMethodStreaming, request, options);
    return this.answer(method as DescMethodUnary, request, options);
  }

  private answer(method: DescMethodUnary, request: Message, options: CallOptions): unknown {
    if (method.output.field["nextPageToken"]) return this.pages(method, request, options);
    const ids = method.input.fields[0];
    if (ids?.fieldKind === "list" && method.name.startsWith("BatchGet")) return this.batch(method, request, options);
    return this.unary(method, request, options);
  }

  private async unary(method: DescMethodUnary, request: Message, options: CallOptions): Promise<MessageShape<DescMessage>> {
    const attempts = new Attempts(options.timeoutMs ?? this.timeoutMs);
    for (;;) {
      try {
        return (await this.transport.unary(method, options.signal, attempts.remaining(), undefined, request)).message;
      } catch (failure) {
        const error = new GatewayError(failure);
        if (options.signal?.aborted) throw error;
        await sleep(attempts.delayAfter(error), options.signal);
      }
    }
  }

  private pages(method: DescMethodUnary, request: Message, options: CallOptions): Pager<Page, unknown> {
    const call = (pageToken: string | undefined) => {
      const asked = pageToken === undefined ? request : { ...request, pageToken };
      return this.unary(method, asked, options) as Promise<Page>;
    };
    return new Pager(call, recordsOf(method.output));
  }

  private export(method: DescMethodStreaming, request: Message, options: CallOptions): Export<Batch, unknown> {
    const open = async (resumeToken: string) => {
      const asked = { ...request, resumeToken };
      const input = (async function* () {
        yield asked;
      })();
      const response = await this.transport.stream(method, options.signal, options.timeoutMs, undefined, input);
      return response.message as AsyncIterable<Batch>;
    };
    const token = (request as Batch).resumeToken;
    return new Export(open, recordsOf(method.output), this.retryForMs, options.signal, token);
  }

  /** Splits the ids into as many requests as the gateway takes, and joins the responses. */
  private async batch(method: DescMethodUnary, request: Message, options: CallOptions): Promise<Message> {
    const field = method.input.fields[0]!;
    const most = (hasOption(field, bounds) && getOption(field, bounds).maxItems) || DEFAULT_MAX_ITEMS;
    let ids = [...(request as unknown as Record<string, string[]>)[field.localName]!];
    if (ids.length > most) ids = [...new Set(ids)]; // the gateway answers a repeated id once
    const whole = create(method.output) as Joined;
    do {
      const chunk = ids.slice(0, most);
      const part = (await this.unary(method, { ...request, [field.localName]: chunk } as Message, options)) as Joined;
      ids = ids.slice(most);
      // Ids beyond the size limit of a response are asked for again, unless that would be no progress.
      const deferred = part.readInfo?.deferredIds ?? [];
      if (part.readInfo && deferred.length < chunk.length) {
        ids = [...deferred, ...ids];
        part.readInfo.deferredIds = [];
      }
      join(method.output, whole, part);
    } while (ids.length > 0);
    return whole;
  }
}

type ReadInfo = Message & { deferredIds: string[]; upstreamCalls: number; skippedValues: number };
type Joined = Message & { readInfo?: ReadInfo };
const SUMS = new Set(["upstreamCalls", "skippedValues"]);

/** Adds `part` to `whole`: lists are appended, counts of read_info summed, other fields set. */
function join(type: DescMessage, whole: Message, part: Message): void {
  const to = whole as unknown as Record<string, unknown>;
  const from = part as unknown as Record<string, unknown>;
  const set = reflect(type, part);
  for (const field of type.fields) {
    const name = field.localName;
    if (!set.isSet(field)) continue;
    if (field.fieldKind === "list") to[name] = [...(to[name] as unknown[]), ...(from[name] as unknown[])];
    else if (field.fieldKind === "map") to[name] = { ...(to[name] as object), ...(from[name] as object) };
    else if (field.fieldKind === "message" && field.message.name === "ReadInfo" && to[name]) {
      join(field.message, to[name] as Message, from[name] as Message);
    } else if (SUMS.has(name)) to[name] = (to[name] as number) + (from[name] as number);
    else to[name] = from[name];
  }
}

/** Reads the records of a response: its first field. */
function recordsOf<P extends Message>(response: DescMessage): (message: P) => unknown[] {
  const name = response.fields[0]!.localName;
  return (message) => (message as unknown as Record<string, unknown[]>)[name]!;
}
