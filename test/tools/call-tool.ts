// A tool called on a real store, without the protocol around it.
import { expect } from "vitest";
import type { ToolContext } from "../../src/tools/define-tool.ts";
import { tools } from "../../src/tools/index.ts";
import { workspace } from "../new-records.ts";
import { openTestStore } from "../open-test-store.ts";

// biome-ignore lint/suspicious/noExplicitAny: each tool's result has its own shape, which its schema checks
export type Result = any;

export async function openToolContext(overrides: Partial<ToolContext> = {}): Promise<ToolContext> {
  return {
    store: await openTestStore(),
    client: "test-client",
    directory: workspace.directory,
    readWorkspace: async (directory) => ({
      ...workspace,
      exists: true,
      directory,
      projectDirectory: directory,
    }),
    readGitHead: async () => null,
    findHost: async () => 42,
    noteHostRun() {},
    noteSession: () => {},
    readAsker: async () => ({ createdSessionIds: [], host: null, providerSessionId: null }),
    readHostSession: async () => null,
    ...overrides,
  };
}

/** The result as it goes over the wire: without the keys that hold nothing. */
export async function callTool(name: string, args: object, context: ToolContext): Promise<Result> {
  const tool = tools.find((each) => each.name === name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  const { structuredContent, text } = await tool.call(args, context);
  const result = JSON.parse(text);
  expect(JSON.parse(JSON.stringify(structuredContent))).toEqual(result);
  return result;
}
