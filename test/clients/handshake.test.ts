// What a host learns when it connects: who we are, when to call what, and the tools as strict hosts want them.
import { describe, expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { connect, libraries } from "./connect.ts";

const names = [
  "create_session",
  "get_session",
  "list_sessions",
  "update_session",
  "delete_session",
  "fork_session",
  "resume_session",
  "add_event",
  "add_events",
  "update_action",
  "get_history",
  "get_event",
  "search_history",
  "update_todos",
  "get_todos",
  "start_run",
  "finish_run",
  "get_run",
  "list_runs",
  "mark_crashed_runs",
];

describe.each(libraries)("$name", (library) => {
  test("shakes hands, and says within 512 characters when to call what", async () => {
    const client = await connect(library);
    expect(client.library.getServerVersion()).toMatchObject({
      name: "backstory",
      title: "Backstory",
      version: packageJson.version,
    });
    const instructions = client.library.getInstructions()?.slice(0, 512) ?? "";
    for (const name of [
      "resume_session",
      "list_sessions",
      "search_history",
      "create_session",
      "add_event",
      "update_todos",
      "finish_run",
    ]) {
      expect(instructions).toContain(name);
    }
  });

  test("lists the tools in their order, with title, annotations and schemas without $schema", async () => {
    const { tools } = await connect(library);
    expect(tools.map((tool) => tool.name)).toEqual(names);
    expect(JSON.stringify(tools)).not.toContain("$schema");
    for (const tool of tools) {
      expect(tool).toMatchObject({
        title: expect.stringMatching(/./),
        description: expect.stringMatching(/./),
        inputSchema: { type: "object", additionalProperties: false },
        outputSchema: { type: "object" },
        annotations: {
          readOnlyHint: /^(get|list|resume|search)_/.test(tool.name),
          destructiveHint: tool.name.startsWith("delete_"),
          idempotentHint: expect.any(Boolean),
          openWorldHint: false,
        },
      });
    }
  });
});

test("the client that probes for the newer protocol falls back to the one we speak", async () => {
  const auto = libraries.find(({ name }) => name.endsWith("auto"));
  if (auto === undefined) throw new Error("no such library");
  const { library } = await connect(auto);
  expect(library).toMatchObject({ getNegotiatedProtocolVersion: expect.any(Function) });
  const client = library as typeof library & {
    getNegotiatedProtocolVersion(): string;
    getProtocolEra(): string;
  };
  expect(client.getNegotiatedProtocolVersion()).toBe("2025-11-25");
  expect(client.getProtocolEra()).toBe("legacy");
});
