// Codex: one JSONL "rollout" a session, by date under sessions/, or in archived_sessions/.
import { basename, join } from "node:path";
import type { Environment, Host, HostRecord, Position, Source } from "../host.ts";
import { readJsonLines } from "../json-lines.ts";
import { CodexReader } from "./rollout.ts";

const name = "codex";
const version = 1;

export const codex: Host = {
  name,
  title: "Codex",
  roots({ home, variables }: Environment): string[] {
    const codexHome = variables.CODEX_HOME || join(home, ".codex");
    return [join(codexHome, "sessions"), join(codexHome, "archived_sessions")];
  },
  recognise(path: string, head: Buffer, inPlace = false): Source | null {
    if (!path.endsWith(".jsonl")) return null;
    const isNamed = inPlace || basename(path).startsWith("rollout-");
    return isNamed || looksLikeOurs(head.toString("utf8")) ? { host: name, path, kind: "jsonl" } : null;
  },
  read(source: Source, position: Position, signal?: AbortSignal): AsyncIterable<HostRecord> {
    const archived = source.path.includes("archived_sessions");
    const fileName = basename(source.path, ".jsonl");
    return readJsonLines(source.path, {
      position,
      signal,
      version,
      reader: (state) => new CodexReader({ fileName, archived, state }),
    });
  },
};

// A first line may be longer than the head: instructions of 27 KB.
function looksLikeOurs(head: string): boolean {
  return /^\s*\{"timestamp":"[^"]{10,40}",\s*"type":"(?:session_meta|response_item|event_msg|turn_context)"/.test(
    head,
  );
}
