// The hooks of VS Code's agent, Claude Code's in other words. Its transcripts are of a kind that we do not read.
import { hookSpecificOutput, type PayloadWords, readPayload } from "../hook-payload.ts";
import type { HostHooks } from "../hooks.ts";

const words: PayloadWords = {
  host: "vscode",
  heardOnly: true,
  moments: {
    SessionStart: "start",
    UserPromptSubmit: "prompt",
    PostToolUse: "tool",
    Stop: "answer",
    SubagentStop: "subagent",
  },
};

export const vscodeHooks: HostHooks = {
  name: words.host,
  transcripts: null,
  read: (payload, named) => readPayload(payload, named, words),
  inject: hookSpecificOutput,
};
