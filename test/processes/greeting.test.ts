// The greeting that the build prepared is the one that the SDK's server gives: asked of both, and compared.
import { join } from "node:path";
import { SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/sdk/types.js";
import { expect, test } from "vitest";
import { checkout, initializeParams, type Reply, startProgram } from "./program.ts";

// Run from source there is no prepared description, and the SDK's server answers everything.
const source = [process.execPath, join(checkout, "src", "cli", "backstory.ts")];

const versions = [...SUPPORTED_PROTOCOL_VERSIONS, "2026-07-28", "1999-01-01", ""];

test("for every protocol version, known or not", async () => {
  const prepared = await greetings();
  expect(prepared).toEqual(await greetings(source));
  expect(prepared).toHaveLength(versions.length + 3);
  const agreed = prepared.slice(0, versions.length).map(({ result }) => result.protocolVersion);
  const newest = SUPPORTED_PROTOCOL_VERSIONS[0];
  expect(agreed).toEqual([...SUPPORTED_PROTOCOL_VERSIONS, newest, newest, newest]);
});

test("for a choice of toolsets", async () => {
  const args = ["--toolsets", "todos,sessions"];
  const [prepared, asked] = [await greetings(undefined, args), await greetings(source, args)];
  expect(prepared).toEqual(asked);
  const { tools } = prepared.at(-2)?.result ?? {};
  expect(tools.map((tool: { name: string }) => tool.name)).toEqual([
    "create_session",
    "get_session",
    "list_sessions",
    "update_session",
    "delete_session",
    "fork_session",
    "resume_session",
    "update_todos",
    "get_todos",
  ]);
});

test("an initialize that the SDK refuses is refused alike", async () => {
  const broken = [{}, { protocolVersion: 7 }, { capabilities: [] }, { clientInfo: { name: "x" } }];
  const messages = broken.map((change, id) => ({
    id,
    method: "initialize",
    params: Object.keys(change).length === 0 ? undefined : { ...initializeParams(), ...change },
  }));
  const [built, direct] = await Promise.all(
    [startProgram(), startProgram({ command: source })].map(async (server) => {
      server.send(...messages);
      await server.end();
      return byId(server.replies);
    }),
  );
  expect(built).toEqual(direct);
  for (const reply of built ?? []) expect(reply.error).toMatchObject({ code: expect.any(Number) });
});

/** All in one write, so that no pause lets the server proper take over from the greeter. */
async function greetings(command?: string[], args: string[] = []): Promise<Reply[]> {
  const server = startProgram({ args, ...(command && { command }) });
  server.send(
    ...versions.map((version, id) => ({ id, method: "initialize", params: initializeParams(version) })),
    { method: "notifications/initialized" },
    { id: 100, method: "ping" },
    { id: 101, method: "tools/list" },
    { id: 102, method: "tools/list", params: {} },
  );
  expect(await server.end()).toEqual({ code: 0, signal: null });
  return byId(server.replies);
}

function byId(replies: Reply[]): Reply[] {
  return replies.toSorted((a, b) => Number(a.id) - Number(b.id));
}
