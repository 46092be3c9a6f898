// Claude Code: one JSONL file a session under projects/, a subagent's beside it.
import { basename, join } from "node:path";
import type { Environment, Host, HostRecord, Position, Source } from "../host.ts";
import { readJsonLines } from "../json-lines.ts";
import { ClaudeReader } from "./transcript.ts";

const name = "claude-code";
const version = 1;

export const claudeCode: Host = {
  name,
  title: "Claude Code",
  roots: ({ home, variables }: Environment) => [
    join(variables.CLAUDE_CONFIG_DIR || join(home, ".claude"), "projects"),
  ],
  recognise(path: string, head: Buffer, inPlace = false): Source | null {
    if (!path.endsWith(".jsonl")) return null;
    return inPlace || looksLikeOurs(head.toString("utf8")) ? { host: name, path, kind: "jsonl" } : null;
  },
  read(source: Source, position: Position, signal?: AbortSignal): AsyncIterable<HostRecord> {
    const fileName = basename(source.path, ".jsonl");
    return readJsonLines(source.path, {
      position,
      signal,
      version,
      reader: (state) => new ClaudeReader(fileName, state),
    });
  },
};

/** By the first lines: a session's first may be a snapshot, a summary or a queue entry. */
function looksLikeOurs(head: string): boolean {
  if (/"sessionId"\s*:/.test(head) && /"(?:uuid|parentUuid|operation|snapshot|leafUuid)"\s*:/.test(head))
    return true;
  // A prompt may be longer than the head, and what names its session may stand behind it.
  if (
    /"type"\s*:\s*"(?:user|assistant)"/.test(head) &&
    /"message"\s*:\s*\{/.test(head) &&
    /"(?:parentUuid|isSidechain|promptId)"\s*:/.test(head)
  )
    return true;
  return (
    /"type"\s*:\s*"(?:file-history-snapshot|summary)"/.test(head) && /"(?:messageId|leafUuid)"\s*:/.test(head)
  );
}
