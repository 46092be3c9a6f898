// VS Code's configuration. Hooks are a project's own: there is a file of ours among them.
import { join } from "node:path";
import type { ConfigurationPart, HostConfiguration, Place } from "../configuration.ts";
import { serverName, shellCommand } from "../configuration.ts";

const events = ["SessionStart", "UserPromptSubmit", "PostToolUse", "SubagentStop", "Stop"];

function userFolder({ home, variables, platform }: Place): string {
  if (platform === "win32")
    return join(variables.APPDATA || join(home, "AppData", "Roaming"), "Code", "User");
  if (platform === "darwin") return join(home, "Library", "Application Support", "Code", "User");
  return join(variables.XDG_CONFIG_HOME || join(home, ".config"), "Code", "User");
}

export const vscodeConfiguration: HostConfiguration = {
  name: "vscode",
  title: "VS Code",
  parts(place, launch) {
    const isProject = place.scope === "project";
    const folder = isProject ? join(place.project, ".vscode") : userFolder(place);
    const server: ConfigurationPart = {
      kind: "server",
      path: join(folder, "mcp.json"),
      at: ["servers", serverName],
      value: { type: "stdio", command: launch.command, args: [...launch.args] },
    };
    if (!isProject) return [server];
    const handler = { type: "command", command: shellCommand(launch, "hook", "vscode"), timeout: 10 };
    const hooks = Object.fromEntries(events.map((event) => [event, [handler]]));
    return [
      server,
      {
        kind: "file",
        path: join(place.project, ".github", "hooks", "backstory-vscode.json"),
        text: `${JSON.stringify({ version: 1, hooks }, null, 2)}\n`,
      },
    ];
  },
  notes: [
    "Hooks are a project's: `--scope project` writes them, the user's scope the server alone.",
    "Hooks of agents are a preview in VS Code, and may have to be switched on.",
  ],
  captured: [
    "From the hooks alone: prompts, tool calls with their results, and the last answer of a turn where VS Code says it.",
    "At the start of a session the hook gives the agent the facts of where the work stopped, in at most 8,000 characters.",
  ],
};
