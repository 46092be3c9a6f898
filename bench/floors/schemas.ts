// The schemas of two tools as anyone would write them, with zod's own checks in place of our limits in bytes.
import * as z from "zod";
import { actionStatuses, eventTypes } from "../../src/db/records.ts";
import { wireEvent } from "../../src/tools/wire-records.ts";

const name = z.string().min(1).max(512);
const text = z.string().max(1024 * 1024);
const count = z.int().min(0).optional();

const action = z.strictObject({
  call_id: name.optional(),
  tool_name: name,
  title: name.optional(),
  status: z.enum(actionStatuses).optional(),
  input: z.unknown().optional(),
  output: z.unknown().optional(),
  error: text.optional(),
});

export const addEventInput = z.strictObject({
  session_id: name,
  author: name,
  content: text.optional(),
  type: z.enum(eventTypes).default("message"),
  reasoning: text.optional(),
  actions: z.array(action).max(100).optional(),
  turn_id: name.optional(),
  message_id: name.optional(),
  branch: name.optional(),
  agent: name.optional(),
  run_id: name.optional(),
  finish: name.optional(),
  error: text.optional(),
  tokens: z
    .strictObject({ input: count, output: count, reasoning: count, cache_read: count, cache_write: count })
    .optional(),
  cost_usd: z.number().min(0).optional(),
  long_running_tool_ids: z.array(name).max(100).optional(),
  raw: z.unknown().optional(),
  metadata: z.looseObject({}).optional(),
  created_at: z.string().optional(),
  idempotency_key: name.optional(),
});

export const addEventOutput = z.object({ event: wireEvent(), duplicate: z.boolean() });

export const getHistoryInput = z.strictObject({
  session_id: name,
  limit: z.int().optional(),
  cursor: name.optional(),
  order: z.enum(["asc", "desc"]).default("asc"),
  order_by: z.enum(["seq", "created_at"]).default("seq"),
  after_seq: z.int().optional(),
  before_seq: z.int().optional(),
  authors: z.array(name).min(1).max(50).optional(),
  types: z.array(z.enum(eventTypes)).min(1).optional(),
  branch: name.optional(),
  turn_id: name.optional(),
  since: z.string().optional(),
  until: z.string().optional(),
  detail: z.enum(["concise", "full"]).default("full"),
  max_chars: z.int().optional(),
});

export const getHistoryOutput = z.object({
  events: z.array(wireEvent()),
  next_cursor: z.string().optional(),
  total: z.int().optional(),
});
