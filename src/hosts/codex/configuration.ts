// Codex's configuration: its servers in TOML, its hooks in JSON beside it.
import { join } from "node:path";
import { type HostConfiguration, hookGroups, serverName, shellCommand } from "../configuration.ts";

// Codex has SessionEnd from 2026 on, and gives it at most three seconds.
const events = {
  SessionStart: { timeout: 10 },
  UserPromptSubmit: { timeout: 10 },
  Stop: { timeout: 10 },
  SubagentStop: { timeout: 10 },
};

export const codexConfiguration: HostConfiguration = {
  name: "codex",
  title: "Codex",
  parts({ scope, project, home, variables }, launch) {
    const folder =
      scope === "project" ? join(project, ".codex") : variables.CODEX_HOME || join(home, ".codex");
    return [
      {
        kind: "toml server",
        path: join(folder, "config.toml"),
        at: ["mcp_servers", serverName],
        value: { command: launch.command, args: [...launch.args] },
      },
      ...hookGroups(join(folder, "hooks.json"), events, { command: shellCommand(launch, "hook", "codex") }),
    ];
  },
  notes: [
    "Codex asks once whether it may run new hooks: `/hooks` shows them.",
    "A project's `.codex` folder counts in trusted projects alone.",
  ],
  captured: [
    "From the rollout: prompts, answers, reasoning summaries, function calls with their results, plans, tokens, models, times, branches. Encrypted reasoning is left out.",
    "From the hooks at once: each prompt and the last answer of a turn.",
    "At the start of a session the hook gives Codex the facts of where the work stopped, in at most 8,000 characters.",
    "Its end is told by its process: Codex's hooks do not tell of it everywhere.",
  ],
};
