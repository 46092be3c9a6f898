// The configuration of GitHub Copilot's command line. Hooks are files of their own.
import { join } from "node:path";
import type { ConfigurationPart, HostConfiguration } from "../configuration.ts";
import { serverName, shellCommand } from "../configuration.ts";

const events = ["sessionStart", "userPromptSubmitted", "agentStop", "sessionEnd"];

export const copilotConfiguration: HostConfiguration = {
  name: "copilot",
  title: "GitHub Copilot CLI",
  parts({ scope, project, home }, launch) {
    const folder = scope === "project" ? join(project, ".github", "hooks") : join(home, ".copilot", "hooks");
    const hooks = Object.fromEntries(
      events.map((event) => {
        const command = shellCommand(launch, "hook", "copilot", event);
        return [event, [{ type: "command", bash: command, powershell: command, timeoutSec: 10 }]];
      }),
    );
    const file: ConfigurationPart = {
      kind: "file",
      path: join(folder, "backstory-copilot.json"),
      text: `${JSON.stringify({ version: 1, hooks }, null, 2)}\n`,
    };
    if (scope === "project") return [file];
    return [
      {
        kind: "server",
        path: join(home, ".copilot", "mcp-config.json"),
        at: ["mcpServers", serverName],
        value: { type: "local", command: launch.command, args: [...launch.args], tools: ["*"] },
      },
      file,
    ];
  },
  notes: ["The server is the user's: `--scope project` writes the hooks alone."],
  captured: [
    "From the hooks alone: prompts and the end of the session. What else they say differs by version.",
  ],
};
