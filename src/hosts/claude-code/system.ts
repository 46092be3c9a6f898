// Claude Code's `system` lines: compactions, commands that it ran itself, errors of the API, and its own bookkeeping.
import { boundText } from "../bounds.ts";
import type { EventRecord, HostEventType, HostRecord, JsonObject } from "../host.ts";
import type { Place } from "../json-lines.ts";
import { asObject, asText, lookUp, remaining } from "../narrow.ts";
import { newExpectedSkip } from "../new-records.ts";
import type { MessageContext } from "./messages.ts";

const types: Record<string, HostEventType> = {
  compact_boundary: "compaction",
  microcompact_boundary: "compaction",
  local_command: "command",
  api_error: "error",
};

export function systemEvent(line: JsonObject, context: MessageContext, place: Place): HostRecord[] {
  const content = asText(line.content);
  const type = lookUp(types, line.subtype) ?? "status";
  // turn_duration, stop_hook_summary … say nothing that the other lines do not.
  if (type === "status" && content === null) return [newExpectedSkip("progress", place.line)];
  const known: Partial<EventRecord> = { type, author: "system", content, raw: rawOf(line) };
  const compacted = remaining(asObject(line.compactMetadata) ?? {});
  if (compacted !== undefined) known.metadata = { compaction: compacted };
  if (type === "error") known.error = boundText(content ?? errorOf(line));
  return [context.event(known)];
}

function errorOf(line: JsonObject): string {
  const error = asObject(line.error);
  return (
    asText(error?.message) ?? asText(line.error) ?? JSON.stringify(line.error ?? line.cause ?? "unknown")
  );
}

function rawOf(line: JsonObject): JsonObject | undefined {
  const { type, timestamp, uuid, sessionId, cwd, version, userType, gitBranch, ...rest } = line;
  const { content, isSidechain, agentId, compactMetadata, ...envelope } = rest;
  return remaining(envelope);
}
