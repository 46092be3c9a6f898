// The arguments that several tools share, with their limits.
import * as z from "zod";
import { limits } from "../db/limits.ts";
import type { JsonObject, JsonValue } from "../db/records.ts";
import { parseTime, parseUntil } from "./iso-time.ts";

/** A text of at most `bytes` of UTF-8. */
export function text(bytes: number) {
  return z.string().check((context) => refuseLarge(context, byteLength(context.value), bytes));
}

/** An id, a name, a key: never empty. */
export function name() {
  return text(limits.name).min(1);
}

/** Texts of together at most `bytes` as JSON. */
export function textList(bytes: number) {
  return z.array(z.string()).check((context) => refuseLargeJson(context, bytes));
}

/** A list of at most `most`; a longer one is `too_large`. */
export function list<T extends z.ZodType>(item: T, most: number) {
  return z.array(item).check((context) => {
    const { length } = context.value;
    if (length <= most) return;
    const message = `has ${length.toLocaleString("en")} items; the limit is ${most.toLocaleString("en")}`;
    context.issues.push({ code: "custom", params: tooLarge, input: context.value, message, continue: false });
  });
}

/** Any JSON value of at most `bytes` as text. */
export function json(bytes: number) {
  return z.unknown().check((context) => refuseLargeJson(context, bytes)) as unknown as z.ZodType<JsonValue>;
}

/** A JSON object of at most `bytes` as text. Not `z.record`, which loses a key named `__proto__`. */
export function jsonObject(bytes: number) {
  return z
    .unknown()
    .meta({ type: "object" })
    .check((context) => {
      const { value } = context;
      if (value === null || typeof value !== "object" || Array.isArray(value)) {
        context.issues.push({ code: "invalid_type", expected: "object", input: value });
      } else refuseLargeJson(context, bytes);
    }) as unknown as z.ZodType<JsonObject>;
}

/** ISO 8601 with its zone → milliseconds since 1970. A date alone is its midnight, UTC. */
export function time() {
  return timeBy(parseTime);
}

/** The last moment of a range: a date alone is its end. */
export function until() {
  return timeBy(parseUntil).describe("A date alone: its end, UTC");
}

function timeBy(parse: typeof parseTime) {
  return z.string().transform((value, context) => {
    const milliseconds = parse(value);
    if (milliseconds !== null) return milliseconds;
    context.issues.push({
      code: "custom",
      input: value,
      message: "is not an ISO 8601 time with its zone, such as 2026-11-21T10:00:00Z",
    });
    return z.NEVER;
  });
}

export const sessionId = () => name();
export const idempotencyKey = () => name().describe("A repeat returns the first result");
export const cursor = () => text(4096).describe("next_cursor of the page before");

/** How long a worker keeps a job without a word: from a second to a day. */
export const leaseSeconds = () => z.int().min(1).max(limits.leaseSeconds).default(300);

/** Advertised without a maximum: a larger one is clamped. */
export function limit(standard: number, most: number) {
  return z
    .int()
    .optional()
    .transform((value) => Math.min(Math.max(value ?? standard, 1), most))
    .describe(`Default ${standard}, at most ${most}`);
}

export const maxCharsBounds = { least: 1_000, standard: 20_000, most: 1_500_000 };

/** The budget of a result, in characters of its JSON. */
export function maxChars(standard = maxCharsBounds.standard) {
  const { least, most } = maxCharsBounds;
  return z
    .int()
    .optional()
    .transform((value) => Math.min(Math.max(value ?? standard, least), most))
    .describe(`Result size in characters, default ${standard}`);
}

/** Marks an issue as `too_large`, which is another error than a wrong type. */
const tooLarge = { tooLarge: true };

type Check = z.core.ParsePayload<unknown>;

function refuseLarge(
  context: Pick<Check, "issues"> & { value: unknown },
  bytes: number,
  limit: number,
): void {
  if (bytes <= limit) return;
  const message = `is ${bytes.toLocaleString("en")} bytes; the limit is ${limit.toLocaleString("en")}`;
  context.issues.push({ code: "custom", params: tooLarge, input: context.value, message, continue: false });
}

function refuseLargeJson(context: Check, bytes: number): void {
  if (depthExceeds(context.value, limits.jsonDepth)) {
    const message = `is nested deeper than ${limits.jsonDepth} levels`;
    context.issues.push({ code: "custom", params: tooLarge, input: context.value, message, continue: false });
    return;
  }
  refuseLarge(context, byteLength(JSON.stringify(context.value) ?? ""), bytes);
}

function byteLength(value: string): number {
  return Buffer.byteLength(value, "utf8");
}

/** Looks no deeper than `most`, so that no input can exhaust the stack. */
function depthExceeds(value: unknown, most: number): boolean {
  if (value === null || typeof value !== "object") return false;
  if (most === 0) return true;
  return Object.values(value).some((item) => depthExceeds(item, most - 1));
}
