// Gemini CLI's configuration: servers and hooks in one file.
import { join } from "node:path";
import { type HostConfiguration, hookGroups, serverName, shellCommand } from "../configuration.ts";

// Milliseconds, with this host.
const timeout = 10_000;
const events = {
  SessionStart: { timeout },
  BeforeAgent: { timeout },
  AfterAgent: { timeout },
  SessionEnd: { timeout },
};

export const geminiConfiguration: HostConfiguration = {
  name: "gemini",
  title: "Gemini CLI",
  parts({ scope, project, home }, launch) {
    const path = join(scope === "project" ? project : home, ".gemini", "settings.json");
    const handler = { name: serverName, command: shellCommand(launch, "hook", "gemini") };
    return [
      {
        kind: "server",
        path,
        at: ["mcpServers", serverName],
        value: { command: launch.command, args: [...launch.args] },
      },
      ...hookGroups(path, events, handler),
    ];
  },
  notes: [],
  captured: [
    "From the recorded chat: prompts, answers, thoughts, tool calls with their results, tokens, models, times. What was rewound stays, and that it was rewound is told.",
    "From the hooks at once: each prompt, the answer to it, and the end of the session.",
    "At the start of a session the hook gives Gemini the facts of where the work stopped, in at most 8,000 characters.",
  ],
};
