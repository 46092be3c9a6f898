// opencode's configuration: its servers in a file, and a plugin in the place of hooks.
import { join } from "node:path";
import { type HostConfiguration, type Launch, serverName } from "../configuration.ts";

export const opencodeConfiguration: HostConfiguration = {
  name: "opencode",
  title: "opencode",
  parts({ scope, project, home, variables }, launch) {
    const own = join(variables.XDG_CONFIG_HOME || join(home, ".config"), "opencode");
    const [folder, plugins] =
      scope === "project" ? [project, join(project, ".opencode", "plugins")] : [own, join(own, "plugins")];
    return [
      {
        kind: "server",
        path: join(folder, "opencode.json"),
        at: ["mcp", serverName],
        value: { type: "local", command: [launch.command, ...launch.args], enabled: true },
      },
      { kind: "file", path: join(plugins, "backstory.js"), text: plugin(launch) },
    ];
  },
  notes: [],
  captured: [
    "From opencode's database, at the end of each turn: prompts, answers, reasoning, tool calls with their results, todos, tokens, cost, models, times; subagents as sessions of their own.",
    "opencode takes no context at the start of a session: `resume_session` gives it.",
  ],
};

function plugin({ command, args }: Launch): string {
  const words = JSON.stringify([...args, "hook", "opencode"]);
  return `// Written by \`backstory install opencode\`; with --remove it takes this file away again.
import { spawn } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";

const data = process.env.XDG_DATA_HOME || join(homedir(), ".local", "share");
const events = ["session.created", "session.idle", "session.compacted", "session.error"];

export const Backstory = async ({ directory }) => ({
  event: async ({ event }) => {
    const sessionId = event.properties?.sessionID ?? event.properties?.info?.id;
    if (!events.includes(event.type) || !sessionId) return;
    const hook = spawn(${JSON.stringify(command)}, ${words}, { stdio: ["pipe", "ignore", "ignore"] });
    hook.on("error", () => {});
    hook.stdin.on("error", () => {});
    hook.stdin.end(
      JSON.stringify({
        hook_event_name: event.type,
        session_id: sessionId,
        cwd: directory,
        transcript_path: join(data, "opencode", "opencode.db"),
      }),
    );
  },
});
`;
}
