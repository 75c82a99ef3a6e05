/** Seven questions about Falcon, asked in words. The gateway is the one that FALCON_GATEWAY_* name, unless a client is given. */
import { create, getOption, hasOption } from "@bufbuild/protobuf";
import type { DescEnum, DescMessage, MessageShape } from "@bufbuild/protobuf";

import { createClient, type Client } from "./client.js";
import { singular_name } from "./gen/falcon_gateway/options/v1/options_pb.js";
import * as v1 from "./v1.js";

interface Common {
  /** Of the last so many days. Default: 7. */
  days?: number;
  /** At most so many records. Default: 5. */
  limit?: number;
  client?: Client;
}

type Word = { severity?: string; status?: string };

/** The value that a word names: "in_progress" for DETECTION_STATUS_IN_PROGRESS, in any case, with - for _. */
function enumValue(type: DescEnum, name: string, word: string): number {
  const prefix = type.sharedPrefix ?? "";
  const known = new Map(type.values.filter((one) => one.number).map((one) => [one.name.slice(prefix.length).toLowerCase(), one.number]));
  const wanted = word.toLowerCase().replaceAll("-", "_");
  const found = known.get(wanted) ?? known.get(wanted.slice(prefix.length));
  if (found === undefined) throw new RangeError(`${name}: ${JSON.stringify(word)} is none of ${[...known.keys()].join(", ")}`);
  return found;
}

/** A filter from one value a field, named as on fgctl's command line: `severity` is the field `severities`. */
function filterOf<F extends DescMessage>(type: F, conditions: Record<string, unknown>): MessageShape<F> {
  const fields = new Map(type.fields.map((field) => [hasOption(field, singular_name) ? getOption(field, singular_name) : field.name, field]));
  const filter = create(type) as Record<string, unknown>;
  for (const [name, value] of Object.entries(conditions)) {
    if (value === undefined) continue;
    const field = fields.get(name);
    if (!field) throw new TypeError(`${type.name} has no ${name}`);
    const scalar = field.enum ? enumValue(field.enum, name, value as string) : value;
    if (field.oneof) filter[field.oneof.localName] = { case: field.localName, value: scalar };
    else filter[field.localName] = field.fieldKind === "list" ? [scalar] : scalar;
  }
  return filter as MessageShape<F>;
}

async function withClient<T>(given: Client | undefined, ask: (client: Client) => Promise<T>): Promise<T> {
  const client = given ?? createClient();
  try {
    return await ask(client);
  } finally {
    if (!given) client.close();
  }
}

/** The first records that fulfil the conditions. */
function ask<R, F extends DescMessage>(
  { days = 7, limit = 5, client, ...conditions }: Common & Record<string, unknown>,
  type: F,
  list: (client: Client, filter: MessageShape<F>, pageSize: number) => AsyncIterable<R>,
): Promise<R[]> {
  const filter = filterOf(type, { days, ...conditions });
  return withClient(client, async (connected) => {
    const records: R[] = [];
    if (limit <= 0) return records;
    for await (const record of list(connected, filter, limit)) {
      if (records.push(record) === limit) break;
    }
    return records;
  });
}

/** Detections, newest first. technique: an ATT&CK id or name. */
export function getDetections(question: Common & Word & { hostname?: string; technique?: string } = {}): Promise<v1.Detection[]> {
  return ask({ ...question }, v1.DetectionFilterSchema, (client, filter, pageSize) => client.listDetections({ filter, pageSize }));
}

/** The host of that id or name. Throws NotFound where Falcon knows none. */
export function getHostDetails(question: { hostId?: string; hostname?: string; client?: Client }): Promise<v1.Host | undefined> {
  const { hostId, hostname, client } = question;
  if ((hostId === undefined) === (hostname === undefined)) throw new TypeError("exactly one of hostId and hostname is needed");
  const host = hostId !== undefined ? ({ case: "deviceId", value: hostId } as const) : ({ case: "hostname", value: hostname! } as const);
  return withClient(client, async (connected) => (await connected.getHost({ host })).host);
}

/** IOCs created in these days, newest first. */
export function getIocs(question: Common & { type?: string; severity?: string } = {}): Promise<v1.Ioc[]> {
  return ask({ ...question }, v1.IocFilterSchema, (client, filter, pageSize) => client.listIocs({ filter, pageSize }));
}

/** Vulnerabilities found in these days, newest first. */
export function getSpotlightVulnerabilities(question: Common & Word & { hostname?: string } = {}): Promise<v1.Vulnerability[]> {
  return ask({ ...question }, v1.VulnerabilityFilterSchema, (client, filter, pageSize) => client.listVulnerabilities({ filter, pageSize }));
}

/** Incidents, newest first. */
export function getIncidents(question: Common & Word = {}): Promise<v1.Incident[]> {
  return ask({ ...question }, v1.IncidentFilterSchema, (client, filter, pageSize) => client.listIncidents({ filter, pageSize }));
}

/** Real-time response sessions, newest first. */
export function getRtrSessions(question: Common & { status?: string } = {}): Promise<v1.RtrSession[]> {
  return ask({ ...question }, v1.RtrSessionFilterSchema, (client, filter, pageSize) => client.listRtrSessions({ filter, pageSize }));
}

/** Assets seen in these days: managed, unmanaged or unsupported. */
export function getDiscoverHosts(question: Common & { status?: string } = {}): Promise<v1.DiscoveredHost[]> {
  return ask({ ...question }, v1.DiscoveredHostFilterSchema, (client, filter, pageSize) => client.listDiscoveredHosts({ filter, pageSize }));
}
