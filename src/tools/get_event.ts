// get_event: one event, or a part of one of its texts.
import * as z from "zod";
import { StoreError } from "../db/errors.ts";
import { fitOne, textPart } from "./budget.ts";
import { cutEvent } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { maxChars, name, sessionId } from "./fields.ts";
import { toWireEvent } from "./to-wire.ts";
import { type WireEvent, wireEvent } from "./wire-records.ts";

// The characters of a part's result that are not the text.
const frame = 400;

export const getEvent = defineTool({
  name: "get_event",
  title: "Get an event",
  description:
    "One event whole. With field: a part of one text, from offset; read on at next_offset. Use it where an event is truncated.",
  toolset: "history",
  effect: "read",
  input: () =>
    z.strictObject({
      session_id: sessionId(),
      seq: z.int(),
      field: name().optional().describe("One of truncated_fields, such as content or actions.0.output"),
      offset: z.int().min(0).default(0),
      max_chars: maxChars(),
    }),
  output: () =>
    z.object({
      event: wireEvent().optional(),
      seq: z.int().optional(),
      field: z.string().optional(),
      text: z.string().optional().describe("JSON where the value is not a text"),
      offset: z.int().optional(),
      next_offset: z.int().optional(),
      total_chars: z.int().optional(),
    }),
  async run({ session_id, seq, field, offset, max_chars }, { store }) {
    const event = toWireEvent(await store.getEvent(session_id, seq));
    if (field === undefined) {
      const wrap = (whole: WireEvent) => ({ event: whole });
      return fitOne(event, max_chars, wrap, cutEvent);
    }
    const whole = textOf(event, field);
    const text = textPart(whole, Math.min(offset, whole.length), max_chars - frame);
    const end = offset + text.length;
    return {
      seq,
      field,
      text,
      offset,
      next_offset: end < whole.length ? end : undefined,
      total_chars: whole.length,
    };
  },
});

const topFields = [
  "content",
  "reasoning",
  "error",
  "raw",
  "metadata",
  "actions",
  "long_running_tool_ids",
] as const;
const actionFields = ["input", "output", "error", "title"] as const;

function textOf(event: WireEvent, field: string): string {
  const [, index, part] = /^actions\.(\d{1,3})\.([a-z]+)$/.exec(field) ?? [];
  const action = index === undefined ? undefined : event.actions?.[Number(index)];
  const actionField = actionFields.find((known) => known === part);
  const topField = topFields.find((known) => known === field);
  if (topField === undefined && (action === undefined || actionField === undefined)) {
    const last = (event.actions?.length ?? 0) - 1;
    throw new StoreError(
      "invalid_input",
      `Event ${event.seq} has no field "${field}".`,
      `field is ${topFields.join(", ")}${last < 0 ? "" : `, or actions.0 to actions.${last} with .${actionFields.join(" .")}`}.`,
    );
  }
  const value = topField !== undefined ? event[topField] : actionField && action?.[actionField];
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
