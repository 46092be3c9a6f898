// The MCP server: the SDK's, with our tools, over a connection of ours.
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage, McpError, ServerResult } from "@modelcontextprotocol/sdk/types.js";
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  GetPromptRequestSchema,
  InitializeRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod";
import { StoreError } from "../db/errors.ts";
import type { Tool, ToolContext } from "../tools/define-tool.ts";
import type { Toolset } from "../tools/toolsets.ts";
import { callTool, type ToolResult, toErrorResult } from "./call-tool.ts";
import { complete } from "./completions.ts";
import type { Connection, Message } from "./connection.ts";
import type { Handover } from "./greeter.ts";
import { type Description, toolsOf } from "./greeting.ts";
import type { Log } from "./log.ts";
import { getPrompt, prompts } from "./prompts.ts";
import { toParamsError } from "./protocol-errors.ts";
import { listResources, readResource, resourceTemplates } from "./resources.ts";

export interface ServerOptions {
  description: Description;
  tools: readonly Tool[];
  toolsets: readonly Toolset[];
  log: Log;
  /** The context of a call by the client of that name. Rejects with `StoreError` while the store cannot be opened. */
  openContext(client: string): Promise<ToolContext>;
  /** False while nothing was ever stored: what a host asks of its own accord then makes no file. */
  hasStore(): boolean;
  onInitialized(): void;
}

export function createServer(options: ServerOptions): Server {
  const { description, tools, toolsets, log } = options;
  const { serverInfo, capabilities, instructions } = description;
  const server = new Server(serverInfo, {
    capabilities,
    instructions,
    // We never ask the client to fill in a form, so nothing is ever validated by this; it keeps ajv out of the bundle.
    jsonSchemaValidator: { getValidator: refuseValidation },
  });
  const offered = tools.filter((tool) => toolsets.includes(tool.toolset));
  const calls = {
    tools: new Map(offered.map((tool) => [tool.name, tool])),
    disabled: new Map(tools.filter((tool) => !offered.includes(tool)).map((tool) => [tool.name, tool])),
    openContext: () => options.openContext(server.getClientVersion()?.name ?? "unknown"),
    log,
  };
  const list = { tools: toolsOf(description, toolsets) };
  handle(server, ListToolsRequestSchema, async () => list);
  server.setRequestHandler(CallToolRequestSchema, ({ params }) =>
    callTool(params.name, params.arguments ?? {}, calls),
  );
  handlePages(server, { openContext: calls.openContext, hasStore: () => options.hasStore() });
  server.oninitialized = options.onInitialized;
  // Behind a colon the SDK's messages quote what came in.
  server.onerror = (error) => log.warn({ reason: error.message.split(":", 1)[0] }, "protocol error");
  return server;
}

/** Prompts, resources and completion: all that is read as a page. */
function handlePages(
  server: Server,
  { openContext, hasStore }: { openContext(): Promise<ToolContext>; hasStore(): boolean },
): void {
  const openStore = async () => (await openContext()).store;
  const openIfThere = async () => (hasStore() ? openStore() : undefined);
  handle(server, ListPromptsRequestSchema, async () => ({ prompts: [...prompts] }));
  handle(server, GetPromptRequestSchema, ({ params }) =>
    getPrompt(params.name, params.arguments ?? {}, openContext),
  );
  handle(server, ListResourceTemplatesRequestSchema, async () => ({
    resourceTemplates: [...resourceTemplates],
  }));
  handle(server, ListResourcesRequestSchema, ({ params }) => listResources(params?.cursor, openIfThere));
  handle(server, ReadResourceRequestSchema, ({ params }) => readResource(params.uri, openStore));
  handle(server, CompleteRequestSchema, ({ params }) => complete(params, openIfThere));
}

type RequestSchema = z.ZodObject<{ method: z.ZodLiteral<string>; params: z.ZodType }>;

/** Checks the parameters before the SDK would, which answers wrong ones as a failure of the server. */
function handle<Schema extends RequestSchema>(
  server: Server,
  schema: Schema,
  answer: (request: z.output<Schema>) => Promise<ServerResult>,
): void {
  const { value: method } = schema.shape.method;
  server.setRequestHandler(z.looseObject({ method: z.literal(method) }), (request) => {
    const { success, data, error } = schema.safeParse(request);
    if (!success) throw toParamsError(method, error);
    return answer(data);
  });
}

function refuseValidation(): never {
  throw new Error("the server validates no schema for the client");
}

/** A tool's result holds the same JSON twice, as structure and as text: it is made once. */
function toJson({ id, result, ...message }: Message): string {
  const { structuredContent, ...rest } = (result ?? {}) as Partial<ToolResult>;
  const text = rest.content?.[0]?.text;
  if (structuredContent === undefined || text === undefined) {
    return JSON.stringify({ ...message, id, result });
  }
  const body = `${JSON.stringify(rest).slice(0, -1)},"structuredContent":${text}}`;
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${body}}`;
}

/** The SDK's own answer to a call without a name or with arguments that are no object is a dump of its schema. */
function refuseCall(message: Message): ToolResult | undefined {
  const { id, method, params = {} } = message;
  if (method !== "tools/call" || id === undefined) return undefined;
  if (params.arguments === null) delete params.arguments;
  const { name, arguments: args } = params;
  const isObject = args === undefined || (typeof args === "object" && !Array.isArray(args));
  if (typeof name === "string" && isObject) return undefined;
  const [found, hint] = isObject
    ? ["A call needs the name of a tool, a text.", "tools/list lists them."]
    : ["The arguments of a call are an object.", "Send them by their names; for none leave them out."];
  return toErrorResult(new StoreError("invalid_input", found, hint));
}

/** Of the methods that the SDK checks itself, whatever handles them. */
const checkedBySdk: Readonly<Record<string, z.ZodType>> = {
  initialize: InitializeRequestSchema,
  "tools/call": CallToolRequestSchema,
};

function refuseParams(message: Message): McpError | undefined {
  const { id, method = "" } = message;
  if (id === undefined || !Object.hasOwn(checkedBySdk, method)) return undefined;
  const error = checkedBySdk[method]?.safeParse(message).error;
  return error && toParamsError(method, error);
}

/** The answer to a message that is not for the SDK to see. */
function refuse(message: Message): { result: ToolResult } | { error: object } | undefined {
  const call = refuseCall(message);
  if (call) return { result: call };
  const params = refuseParams(message);
  return params && { error: { code: params.code, message: params.message } };
}

/**
 * Messages of a connection as the SDK wants them, from what was handed over on. Replies to requests that had theirs
 * are dropped.
 */
export function toTransport(
  connection: Connection,
  { messages, answered }: Handover = { messages: [], answered: new Set() },
): Transport {
  const replayed = new Set(answered);
  return {
    async start() {
      const receive = (message: Message) => {
        const refusal = refuse(message);
        if (refusal) void connection.send({ jsonrpc: "2.0", id: message.id, ...refusal });
        else this.onmessage?.(message as JSONRPCMessage);
      };
      connection.handle(receive);
      messages.forEach(receive);
    },
    async send(message) {
      const { id, method } = message as Message;
      if (id !== undefined && method === undefined && replayed.delete(id)) return;
      await connection.send(message, toJson(message as Message));
    },
    async close() {
      this.onclose?.();
    },
  };
}
