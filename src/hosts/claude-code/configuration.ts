// Claude Code's configuration: its servers in one file, its hooks in another.
import { join } from "node:path";
import { type HostConfiguration, hookGroups, serverName, shellCommand } from "../configuration.ts";

/** Its events that Backstory is called at. Times are seconds. */
const events = {
  SessionStart: { timeout: 10 },
  UserPromptSubmit: { timeout: 10 },
  Stop: { timeout: 10 },
  StopFailure: { timeout: 10 },
  SubagentStop: { timeout: 10 },
  PostCompact: { timeout: 10 },
  TaskCreated: { timeout: 10 },
  TaskCompleted: { timeout: 10 },
  SessionEnd: { timeout: 10 },
};

export const claudeCodeConfiguration: HostConfiguration = {
  name: "claude-code",
  title: "Claude Code",
  parts({ scope, project, home, variables }, launch) {
    const own = variables.CLAUDE_CONFIG_DIR;
    const [servers, settings] =
      scope === "project"
        ? [join(project, ".mcp.json"), join(project, ".claude", "settings.json")]
        : [join(own || home, ".claude.json"), join(own || join(home, ".claude"), "settings.json")];
    return [
      {
        kind: "server",
        path: servers,
        at: ["mcpServers", serverName],
        value: { command: launch.command, args: [...launch.args] },
      },
      ...hookGroups(settings, events, { command: shellCommand(launch, "hook", "claude-code") }),
    ];
  },
  notes: [
    "With the user's scope it works in every project; with `--scope project` for all who work in this one, who are asked to trust it first.",
    "The same as a plugin, where `backstory` is on the PATH (with Node 22 or later, `npm link` in the checkout puts it there): `/plugin marketplace add` with the path of the checkout, then `/plugin install backstory`.",
    "Claude Code deletes transcripts after 30 days; what Backstory has read of them stays.",
  ],
  captured: [
    "From the transcript: prompts, answers, thinking, tool calls with their results, todos, tokens, models, times, branches; subagents as sessions of their own.",
    "From the hooks at once: each prompt, the last answer of a turn, a failed turn, the summary of a compaction, tasks, the end of the session and its reason. The transcript's own record of the same becomes one with it.",
    "At the start of a session, also after a compaction, the hook gives Claude the facts of where the work stopped, in at most 8,000 characters.",
    "A session's process is noted as a run: if it is gone without an end, the next session is told that it crashed.",
    "The server knows from `CLAUDE_CODE_SESSION_ID` which session it is in: `create_session` returns that one.",
  ],
};
