// The client libraries that agent hosts are built with, each connected to the built server in a folder of its own.

import { join } from "node:path";
import { Client as NewClient } from "@modelcontextprotocol/client";
import { StdioClientTransport as NewTransport } from "@modelcontextprotocol/client/stdio";
import { Client as SdkClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as SdkTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { Client as BetaClient } from "client-beta";
import { StdioClientTransport as BetaTransport } from "client-beta/stdio";
import { expect, onTestFinished } from "vitest";
import { makeFolder } from "../open-test-store.ts";
import { program, type ToolAnswer, testEnvironment } from "../processes/program.ts";

export interface ListedTool {
  name: string;
  title?: string;
  description?: string;
  inputSchema: object;
  outputSchema?: object;
  annotations?: Record<string, unknown>;
}

interface ListedPrompt {
  name: string;
  title?: string;
  description?: string;
  arguments?: { name: string; required?: boolean }[];
}

interface Prompted {
  messages: { role: string; content: { type: string; text?: string } }[];
}

interface ListedResource {
  uri: string;
  name: string;
  title?: string;
  mimeType?: string;
}

interface ReadPart {
  uri: string;
  mimeType?: string;
  text?: string;
}

interface Completed {
  completion: { values: string[]; hasMore?: boolean };
}

export interface RawResult {
  content: { type: string; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
}

/** What all of the libraries can do. */
interface LibraryClient {
  getServerVersion(): { name: string; version: string; title?: string } | undefined;
  getInstructions(): string | undefined;
  listTools(): Promise<{ tools: ListedTool[] }>;
  callTool(params: { name: string; arguments: object }): Promise<unknown>;
  listPrompts(): Promise<{ prompts: ListedPrompt[] }>;
  getPrompt(params: { name: string; arguments?: Record<string, string> }): Promise<Prompted>;
  listResources(params?: { cursor?: string }): Promise<{ resources: ListedResource[]; nextCursor?: string }>;
  listResourceTemplates(): Promise<{ resourceTemplates: { uriTemplate: string; mimeType?: string }[] }>;
  readResource(params: { uri: string }): Promise<{ contents: ReadPart[] }>;
  complete(params: { ref: object; argument: { name: string; value: string } }): Promise<Completed>;
  close(): Promise<void>;
}

interface ServerParameters {
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  stderr: "ignore";
}

type Library = { name: string; connect(server: ServerParameters): Promise<LibraryClient> };

const info = { name: "test-client", version: "1.0.0" };

function newClient(mode: "legacy" | "auto"): Library {
  return {
    name: `@modelcontextprotocol/client 2.4, ${mode}`,
    async connect(server) {
      const client = new NewClient(info, { versionNegotiation: { mode } });
      await client.connect(new NewTransport(server));
      return client as unknown as LibraryClient;
    },
  };
}

export const libraries: readonly Library[] = [
  {
    name: "@modelcontextprotocol/sdk 1.32",
    async connect(server) {
      const client = new SdkClient(info);
      // The SDK's own types do not agree under exactOptionalPropertyTypes.
      await client.connect(new SdkTransport(server) as Parameters<SdkClient["connect"]>[0]);
      return client as unknown as LibraryClient;
    },
  },
  newClient("legacy"),
  newClient("auto"),
  {
    name: "@modelcontextprotocol/client 2.0.0-beta.5",
    async connect(server) {
      const client = new BetaClient(info);
      await client.connect(new BetaTransport(server));
      return client as unknown as LibraryClient;
    },
  },
];

/** Every result that comes through has been checked against the rules of the wire. */
export interface TestClient {
  library: LibraryClient;
  folder: string;
  tools: ListedTool[];
  raw(name: string, args?: object): Promise<RawResult>;
  call(name: string, args?: object): Promise<ToolAnswer>;
  /** As `call`; throws on an error. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into results of every shape.
  result(name: string, args?: object): Promise<any>;
}

export async function connect({ connect: open }: Library): Promise<TestClient> {
  const folder = makeFolder();
  const library = await open({
    command: process.execPath,
    args: [program, "--db", join(folder, "test.db")],
    env: testEnvironment(folder),
    cwd: folder,
    stderr: "ignore",
  });
  onTestFinished(() => library.close());
  // Also makes the libraries check every result against its output schema.
  const { tools } = await library.listTools();
  const raw = async (name: string, args: object = {}) =>
    (await library.callTool({ name, arguments: args })) as RawResult;
  const call = async (name: string, args: { max_chars?: number } = {}) =>
    toCheckedAnswer(await raw(name, args), args.max_chars ?? 20_000);
  return {
    library,
    folder,
    tools,
    raw,
    call,
    async result(name, args) {
      const { isError, result, error } = await call(name, args);
      if (isError) throw new Error(JSON.stringify(error));
      return result;
    },
  };
}

/** Structure and text say the same, within the characters asked for; an error is text alone. */
function toCheckedAnswer(raw: RawResult, maxChars: number): ToolAnswer {
  const { content, structuredContent, isError = false } = raw;
  expect(content).toEqual([{ type: "text", text: expect.any(String) }]);
  const said = JSON.parse(content[0]?.text ?? "");
  if (isError) {
    expect(raw).not.toHaveProperty("structuredContent");
    expect(said).toEqual({
      error: {
        code: expect.stringMatching(/^[a-z_]+$/),
        message: expect.stringMatching(/./),
        hint: expect.stringMatching(/./),
        retryable: expect.any(Boolean),
      },
    });
    return { isError, result: undefined, error: said.error };
  }
  expect(said).toEqual(structuredContent);
  expect(JSON.stringify(structuredContent).length).toBeLessThanOrEqual(maxChars);
  return { isError, result: structuredContent, error: undefined as never };
}
