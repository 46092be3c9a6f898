// A page of docs/hosts/ for each host that `backstory install` sets up, from the configuration that it writes.
import { extname } from "node:path";
import type { HostConfiguration, Scope } from "../src/hosts/configuration.ts";
import { configurations } from "../src/hosts/configurations.ts";
import { install, partsByFile } from "../src/install/plan.ts";

// A checkout's own, as `install` writes them there.
const launch = {
  command: "/path/to/backstory/node_modules/.bin/node",
  args: ["/path/to/backstory/dist/backstory.js"],
};
const here = "node_modules/.bin/node dist/backstory.js";

/** By their paths. */
export function hostPages(): Record<string, string> {
  return Object.fromEntries(configurations.map((host) => [`docs/hosts/${host.name}.md`, hostPage(host)]));
}

function hostPage(host: HostConfiguration): string {
  const { name, title, captured, notes } = host;
  const parts = [
    `# ${title}`,
    "Written by `npm run docs` from `src/hosts`: change it there.",
    "## Set up",
    "Backstory is not on npm yet, and runs from [a checkout](../../README.md#set-it-up). There,",
    fence("sh", `${here} install ${name} --write`),
    "adds what is below to the files, with the paths of that checkout, beside what is in them, with a backup of each. Without " +
      "`--write` it shows it and writes nothing. Twice is once. `--command` with a program and its arguments has that started " +
      "instead; a package that npm installed writes `npx -y backstory`.",
    "## Undo",
    fence("sh", `${here} install ${name} --remove`),
    "leaves the files as they were. What was recorded stays.",
    "## What is recorded",
    list(captured),
    ...(notes.length === 0 ? [] : ["## Good to know", list(notes)]),
    "## What is written",
    scopeSection(host, "user", "For yourself, in every project:"),
    scopeSection(host, "project", projectLead(name)),
  ];
  return `${parts.join("\n\n")}\n`;
}

function projectLead(name: string): string {
  const command = `${launch.command} ${launch.args.join(" ")} install ${name} --scope project --write`;
  return `For one project, in its directory:\n\n${fence("sh", command)}\n\nwhich writes paths of this machine alone:`;
}

function scopeSection(host: HostConfiguration, scope: Scope, lead: string): string {
  const place = { scope, home: "~", project: "", variables: {}, platform: "linux" } as const;
  const files = [...partsByFile(host, place, launch)].map(([path, parts]) => {
    const language = { ".toml": "toml", ".js": "js" }[extname(path)] ?? "json";
    return `\`${path}\`\n\n${fence(language, install(parts, null).trimEnd())}`;
  });
  return [lead, ...files].join("\n\n");
}

const fence = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``;
const list = (items: readonly string[]) => items.map((item) => `- ${item}`).join("\n");
