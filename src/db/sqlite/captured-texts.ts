// Which texts of what hosts recorded may hold secrets.
import type { CapturedRecord } from "../captures.ts";
import type { Cleaned, Redaction } from "./redaction.ts";

export function cleanRecord<T extends CapturedRecord>(redaction: Redaction, record: T): Cleaned<T>;
export function cleanRecord(redaction: Redaction, record: CapturedRecord): Cleaned<CapturedRecord> {
  switch (record.kind) {
    case "session":
      return redaction.record(record, ["title", "context", "metadata"]);
    case "event":
      return redaction.event(record);
    case "hearing":
      return redaction.record(record, ["content", "error", "metadata"]);
    case "end":
      return redaction.record(record, ["reason"]);
    case "outcome":
      return redaction.record(record, ["title", "output", "error"]);
    case "todos": {
      const todos = record.todos.map((todo) => redaction.record(todo, ["content"]).record);
      return { record: { ...record, todos }, findings: {} };
    }
    case "run":
      return redaction.record(record, ["command", "args", "prompt", "error"]);
    case "project":
      return redaction.record(record, ["name", "command", "prompt"]);
    case "job":
      return redaction.record(record, ["prompt", "result", "error"]);
    case "automation":
      return redaction.record(record, ["prompt"]);
  }
}
