// Codex's hooks, which are Claude Code's but for the end of a session: newer versions tell of it, older ones do not.
import { hookSpecificOutput, type PayloadWords, readPayload } from "../hook-payload.ts";
import type { HostHooks } from "../hooks.ts";
import { codex } from "./codex.ts";

const words: PayloadWords = {
  host: codex.name,
  moments: {
    SessionStart: "start",
    UserPromptSubmit: "prompt",
    PostToolUse: "progress",
    PreCompact: "progress",
    PostCompact: "compaction",
    SubagentStop: "subagent",
    Stop: "answer",
    StopFailure: "failure",
    SessionEnd: "end",
  },
};

export const codexHooks: HostHooks = {
  name: codex.name,
  transcripts: codex,
  read: (payload, named) => readPayload(payload, named, words),
  inject: hookSpecificOutput,
};
