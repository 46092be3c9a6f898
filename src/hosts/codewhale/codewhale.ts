// CodeWhale: saved sessions, a runtime's threads with their turns and items, tasks, automations and an audit log: JSON files.
import { basename, dirname, join } from "node:path";
import { readDocument } from "../documents.ts";
import type { Environment, Host, HostRecord, JsonObject, JsonValue, Position, Source } from "../host.ts";
import { readJsonLines } from "../json-lines.ts";
import { asInteger, asObject, lookUp } from "../narrow.ts";
import { newSkip } from "../new-records.ts";
import { auditReader, timelineReader } from "./logs.ts";
import { threadRecords, turnRecords } from "./runtime.ts";
import { sessionRecords } from "./sessions.ts";
import { automationRecords, queueRecords, taskRecords, triggerRecords } from "./work.ts";

const name = "codewhale";
const version = 1;

type ToRecords = (document: JsonObject, path: string) => Iterable<HostRecord> | AsyncIterable<HostRecord>;

/** By kind of document: how to read it, and the newest version of its schema that we know. CodeWhale refuses newer ones too. */
const documents: Record<string, { newest: number; records: ToRecords }> = {
  session: { newest: 1, records: sessionRecords },
  thread: { newest: 2, records: threadRecords },
  turn: { newest: 2, records: turnRecords },
  task: { newest: 2, records: taskRecords },
  automation: { newest: 1, records: automationRecords },
  trigger: { newest: 1, records: triggerRecords },
  queue: { newest: 1, records: queueRecords },
};

export const codewhale: Host = {
  name,
  title: "CodeWhale",
  roots({ home, variables }: Environment): string[] {
    const homes = [variables.CODEWHALE_HOME || join(home, ".codewhale"), join(home, ".deepseek")];
    const moved = [
      variables.DEEPSEEK_TASKS_DIR,
      variables.DEEPSEEK_RUNTIME_DIR,
      variables.DEEPSEEK_AUTOMATIONS_DIR,
    ];
    return [
      ...homes.flatMap((folder) =>
        ["sessions", "tasks", "automations", "audit.log"].map((part) => join(folder, part)),
      ),
      ...moved.flatMap((folder) => folder || []),
    ];
  },
  recognise(path: string, head: Buffer): Source | null {
    const kind = kindOf(path, head.toString("utf8"));
    return kind === null ? null : { host: name, path, kind };
  },
  read(source: Source, position: Position, signal?: AbortSignal): AsyncIterable<HostRecord> {
    const { path, kind } = source;
    if (kind === "audit") return readJsonLines(path, { position, signal, version, reader: auditReader });
    if (kind === "events") {
      const reader = (state: JsonObject | null) => timelineReader(path, state);
      return readJsonLines(path, { position, signal, version, reader });
    }
    const records = (document: JsonValue) => documentRecords(kind, path, document);
    return readDocument(path, { position, signal, version, records });
  },
};

async function* documentRecords(kind: string, path: string, document: JsonValue): AsyncGenerator<HostRecord> {
  const object = asObject(document);
  const known = lookUp(documents, kind);
  if (object === null || known === undefined) yield newSkip("unknown type");
  else if ((asInteger(object.schema_version) ?? 1) > known.newest) yield newSkip("newer format");
  else yield* known.records(object, path);
}

/** By the folder it is in and by what its first keys are; items are read with their turn. */
function kindOf(path: string, head: string): string | null {
  const folder = basename(dirname(path));
  if (basename(path) === "audit.log")
    return /"event"\s*:/.test(head) && /"ts"\s*:/.test(head) ? "audit" : null;
  if (path.endsWith(".jsonl")) {
    return folder === "events" && /"thread_id"\s*:/.test(head) && /"seq"\s*:/.test(head) ? "events" : null;
  }
  if (!path.endsWith(".json")) return null;
  if (basename(path) === "offline_queue.json") return "queue";
  if (/"metadata"\s*:\s*\{/.test(head) && /"(?:total_tokens|message_count)"\s*:/.test(head)) return "session";
  if (!/"schema_version"\s*:/.test(head)) return null;
  if (folder === "threads" && /"workspace"\s*:/.test(head)) return "thread";
  if (folder === "turns" && /"thread_id"\s*:/.test(head)) return "turn";
  if (/"rrule"\s*:/.test(head)) return "automation";
  if (/"trigger_id"\s*:/.test(head)) return "trigger";
  return folder === "tasks" && /"prompt"\s*:/.test(head) ? "task" : null;
}
