// What is written into each host's configuration, and that nothing else in it changes.

import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import type { ConfigurationPart, Place } from "../../src/hosts/configuration.ts";
import { configurations } from "../../src/hosts/configurations.ts";
import { hookedHosts } from "../../src/hosts/hooked-hosts.ts";
import { InvalidConfiguration } from "../../src/install/invalid-configuration.ts";
import { install, partsByFile, uninstall } from "../../src/install/plan.ts";

const launch = { command: "npx", args: ["-y", "backstory"] };
const place = (scope: Place["scope"]): Place => ({
  scope,
  project: "/home/user/project",
  home: "/home/user",
  variables: {},
  platform: "linux",
});

const partsOf = (name: string, file: RegExp): ConfigurationPart[] => {
  const host = configurations.find((each) => each.name === name);
  if (host === undefined) throw new Error(`no host ${name}`);
  const found = [...partsByFile(host, place("user"), launch)].find(([path]) => file.test(path));
  if (found === undefined) throw new Error(`no file ${file}`);
  return found[1];
};

test("every host that is set up has hooks", () => {
  expect(configurations.map(({ name }) => name).toSorted()).toEqual(hookedHosts.toSorted());
});

describe.each(configurations.map((host) => [host.name, host] as const))("%s", (name, host) => {
  test.each(["user", "project"] as const)("what goes where, with the %s scope", async (scope) => {
    const files = partsByFile(host, place(scope), launch);
    const text = [...files].map(([path, parts]) => `# ${path}\n${install(parts, null)}`).join("\n");
    await expect(text).toMatchFileSnapshot(`snapshots/${name}-${scope}.txt`);
  });

  test("twice is once, and away again leaves no file", () => {
    for (const parts of partsByFile(host, place("project"), launch).values()) {
      const once = install(parts, null);
      expect(install(parts, once)).toBe(once);
      expect(uninstall(parts, once)).toBeNull();
    }
  });

  test("another command takes the place of the first", () => {
    const other = { command: "/opt/node", args: ["/opt/back story/dist/backstory.js"] };
    const files = [...partsByFile(host, place("user"), launch)];
    for (const [path, parts] of files) {
      const others = partsByFile(host, place("user"), other).get(path) ?? [];
      expect(install(others, install(parts, null))).toBe(install(others, null));
    }
  });
});

const settings = [
  [
    "tabs and comments",
    '{\n\t// mine\n\t"a": 1, /* b */\n\t"hooks": {"Stop":[{"hooks":[{"type":"command","command":"say"}]}]}\n}\n',
  ],
  ["CRLF", '{\r\n  "hooks": {\r\n    "Stop": [\r\n      { "hooks": [] }\r\n    ]\r\n  }\r\n}\r\n'],
  ["one line", '{"theme":"dark","hooks":{"Stop":[]},"env":{"A":"1"}}'],
  ["a trailing comma", '{\n  "a": [1, 2,],\n}\n'],
  ["a byte order mark", '\uFEFF{"a": 1}\n'],
  ["an empty object", "{\n}\n"],
  ["no newline at the end", '{\n    "a": {}\n}'],
  ["a key of ours that says something else", '{"mcpServers":{"other":{"command":"backstory hook"}}}'],
] as const;

describe("JSON of somebody else", () => {
  const parts = [...partsOf("claude-code", /settings/), ...partsOf("cursor", /mcp\.json/)];
  test.each(settings)("%s: every byte of it stays, in order", (_name, text) => {
    const once = install(parts, text);
    expect(install(parts, once)).toBe(once);
    expect(isSubsequence(text, once)).toBe(true);
    const away = uninstall(parts, once);
    const told = (each: string | null) =>
      JSON.parse((each ?? "{}").replace(/^\uFEFF|\/\/.*|\/\*.*?\*\//g, "").replace(/,(?=\s*[\]}])/g, ""));
    const { hooks: _hooks, ...rest } = told(text);
    expect(told(away)).toMatchObject(rest);
    expect(away ?? "").not.toContain("npx");
  });

  test("what is taken out again is what was put in, to the byte, where lists and objects were there", () => {
    const text = '{\n  "mcpServers": {\n    "x": {"command":"x"}\n  },\n  "hooks": { "PreToolUse": [] }\n}\n';
    expect(uninstall(parts, install(parts, text))).toBe(text);
  });

  test("a group that somebody put our handler into keeps the others", () => {
    const [part] = partsOf("claude-code", /settings/);
    const shared =
      '{"hooks":{"SessionStart":[{"hooks":[{"command":"say"},{"command":"npx -y backstory hook claude-code"}]}]}}';
    expect(uninstall(part === undefined ? [] : [part], shared)).toBe(
      '{"hooks":{"SessionStart":[{"hooks":[{"command":"say"}]}]}}',
    );
  });

  test("keys that somebody added to our server stay", () => {
    const text = '{"mcpServers":{"backstory":{"command":"old","args":[],"env":{"BACKSTORY_DB":"/x.db"}}}}';
    const { mcpServers } = JSON.parse(install(partsOf("cursor", /mcp\.json/), text));
    expect(mcpServers.backstory).toEqual({ ...launch, env: { BACKSTORY_DB: "/x.db" } });
  });

  test.each([
    '{"a":',
    "[]",
    '"x"',
    '{"mcpServers":[]}',
    '{"mcpServers":{"backstory":1}}',
    '{"hooks":{"Stop":{}}}',
    "nonsense",
  ])("%s is refused", (text) => expect(() => install(parts, text)).toThrow(InvalidConfiguration));
});

const tables = [
  'model = "o3" # keep\n\n[mcp_servers.other]\ncommand = "x"\n\n# the last\n[tui]\ntheme = "dark"\n',
  'text = """\n[mcp_servers.backstory]\n"""\n',
  "a = 1\r\n[b]\r\nc = 2\r\n",
  "",
];

describe("TOML of somebody else", () => {
  const parts = partsOf("codex", /config\.toml/);
  test.each(tables)("%j: every byte of it stays, and comes back", (text) => {
    const once = install(parts, text);
    expect(once.startsWith(text)).toBe(true);
    expect(install(parts, once)).toBe(once);
    expect(uninstall(parts, once) ?? "").toBe(text);
    expect(parse(once)).toMatchObject({ mcp_servers: { backstory: launch } });
  });

  test("our table in the middle is replaced there, with what somebody added to it", () => {
    const text =
      '[mcp_servers.backstory]\ncommand = "old"\nargs = [\n  "a", # [1]\n]\nstartup_timeout_sec = 20\n\n# theirs\n[mcp_servers.other]\ncommand = "x"\n';
    const once = install(parts, text);
    expect(once).toContain('startup_timeout_sec = 20\n\n# theirs\n[mcp_servers.other]\ncommand = "x"\n');
    expect(parse(once)).toMatchObject({ mcp_servers: { backstory: { ...launch, startup_timeout_sec: 20 } } });
    expect(uninstall(parts, once)).toBe('\n# theirs\n[mcp_servers.other]\ncommand = "x"\n');
  });

  test("what cannot be replaced line by line is left to a person", () => {
    expect(() => install(parts, 'mcp_servers = { backstory = { command = "old" } }\n')).toThrow(
      InvalidConfiguration,
    );
    expect(() => install(parts, "[mcp_servers\n")).toThrow(InvalidConfiguration);
    expect(() => install(parts, 'mcp_servers = "none"\n')).toThrow(InvalidConfiguration);
  });
});

function isSubsequence(text: string, longer: string): boolean {
  let at = 0;
  for (const character of longer) if (character === text[at]) at += 1;
  return at >= text.trimEnd().length;
}
