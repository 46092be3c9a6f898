// Claude Code's hooks.
import { hookSpecificOutput, type PayloadWords, readPayload } from "../hook-payload.ts";
import type { HostHooks } from "../hooks.ts";
import { subagentSessionId } from "./subagents.ts";

const words: PayloadWords = {
  host: "claude-code",
  moments: {
    SessionStart: "start",
    UserPromptSubmit: "prompt",
    PostToolUse: "progress",
    PostToolUseFailure: "progress",
    PostToolBatch: "progress",
    PreCompact: "progress",
    PostCompact: "compaction",
    SubagentStop: "subagent",
    TaskCreated: "task",
    TaskCompleted: "task done",
    Stop: "answer",
    StopFailure: "failure",
    SessionEnd: "end",
  },
  childId: subagentSessionId,
};

export const claudeCodeHooks: HostHooks = {
  name: words.host,
  transcripts: async () => (await import("./claude-code.ts")).claudeCode,
  read: (payload, named) => readPayload(payload, named, words),
  inject: hookSpecificOutput,
};
