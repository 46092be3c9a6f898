// Codex's hooks, which are Claude Code's but for the end of a session: newer versions tell of it, older ones do not.
import { hookSpecificOutput, type PayloadWords, readPayload } from "../hook-payload.ts";
import type { HostHooks } from "../hooks.ts";

const words: PayloadWords = {
  host: "codex",
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
  name: words.host,
  transcripts: async () => (await import("./codex.ts")).codex,
  read: (payload, named) => readPayload(payload, named, words),
  inject: hookSpecificOutput,
};
