// The Claude Code plugin: its files, from the configuration that `backstory install` writes and from package.json.
import packageJson from "../package.json" with { type: "json" };
import { claudeCodeConfiguration } from "../src/hosts/claude-code/configuration.ts";
import { install, partsByFile } from "../src/install/plan.ts";

const folder = "plugins/claude-code";
const { name, version, description, license } = packageJson;

/** By their paths. */
export function pluginFiles(): Record<string, string> {
  const place = { scope: "project", home: "~", project: "", variables: {}, platform: "linux" } as const;
  // A plugin is copied to where it cannot know of a checkout: it starts what the PATH has.
  const launch = { command: name, args: [] };
  const [servers = "{}", hooks = "{}"] = [
    ...partsByFile(claudeCodeConfiguration, place, launch).values(),
  ].map((parts) => install(parts, null));
  const marketplace = {
    name,
    owner: { name },
    plugins: [{ name, source: `./${folder}`, description, version }],
  };
  return {
    ".claude-plugin/marketplace.json": toText(marketplace),
    [`${folder}/.claude-plugin/plugin.json`]: toText({ name, version, description, license }),
    [`${folder}/.mcp.json`]: toText(JSON.parse(servers)),
    [`${folder}/hooks/hooks.json`]: toText(JSON.parse(hooks)),
  };
}

function toText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
