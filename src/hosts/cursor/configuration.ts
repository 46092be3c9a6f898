// Cursor's configuration: its servers in one file, its hooks in another.
import { join } from "node:path";
import { type HookPart, type HostConfiguration, serverName, shellCommand } from "../configuration.ts";

const events = [
  "sessionStart",
  "beforeSubmitPrompt",
  "postToolUse",
  "postToolUseFailure",
  "afterAgentResponse",
  "sessionEnd",
];

export const cursorConfiguration: HostConfiguration = {
  name: "cursor",
  title: "Cursor",
  parts({ scope, project, home }, launch) {
    const folder = join(scope === "project" ? project : home, ".cursor");
    const hooks = join(folder, "hooks.json");
    const command = shellCommand(launch, "hook", "cursor");
    return [
      {
        kind: "server",
        path: join(folder, "mcp.json"),
        at: ["mcpServers", serverName],
        value: { command: launch.command, args: [...launch.args] },
      },
      { kind: "constant", path: hooks, at: ["version"], value: 1 },
      ...events.map(
        (event): HookPart => ({ kind: "hook", path: hooks, at: ["hooks", event], item: { command } }),
      ),
    ];
  },
  notes: ["Cursor versions before `sessionStart` leave that hook out, and the others work."],
  captured: [
    "From the hooks alone: prompts, answers, tool calls with their results, the end of the session. Cursor's own database is not read.",
    "At the start of a session the hook gives the agent the facts of where the work stopped, in at most 8,000 characters.",
  ],
};
