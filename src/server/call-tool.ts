// One tool call: from the arguments as they came to a result that is complete both as structure and as text.
import { StoreError } from "../db/errors.ts";
import { InputError, type Tool, type ToolContext } from "../tools/define-tool.ts";
import { suggestion, toInputError } from "./input-errors.ts";
import type { Log } from "./log.ts";

// A type, not an interface, because the SDK's results have an index signature.
export type ToolResult = {
  content: { type: "text"; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: true;
};

export interface CallOptions {
  tools: ReadonlyMap<string, Tool>;
  /** Names that another choice of toolsets would offer. */
  disabled: ReadonlyMap<string, Tool>;
  openContext(): Promise<ToolContext>;
  log: Log;
}

/** Never rejects: an error is a result that the model can read. */
export async function callTool(name: string, args: unknown, options: CallOptions): Promise<ToolResult> {
  const tool = options.tools.get(name);
  const started = performance.now();
  try {
    if (tool === undefined) throw unknownTool(name, options);
    const { structuredContent, text } = await tool.call(args, await options.openContext());
    options.log.debug({ tool: tool.name, ms: elapsed(started), chars: text.length }, "tool called");
    return { content: [{ type: "text", text }], structuredContent };
  } catch (error) {
    const known = toKnownError(error, tool);
    const level = known.code === "internal" || known.code === "corrupt" ? "error" : "debug";
    const cause = known.code === "internal" ? { stack: stackOf(error) } : {};
    options.log[level](
      { tool: tool?.name ?? "unknown", ms: elapsed(started), code: known.code, ...cause },
      "tool call refused",
    );
    return toErrorResult(known);
  }
}

function toKnownError(error: unknown, tool: Tool | undefined): StoreError {
  if (error instanceof StoreError) return error;
  if (error instanceof InputError && tool !== undefined) return toInputError(error.zodError, tool);
  const hint = "Report this with the server's log. The next call is not affected.";
  return new StoreError("internal", "The server failed at this call.", hint, { cause: error });
}

export function toErrorResult({ code, message, hint, retryable }: StoreError): ToolResult {
  const text = JSON.stringify({ error: { code, message, hint, retryable } });
  return { content: [{ type: "text", text }], isError: true };
}

function unknownTool(name: string, { tools, disabled }: CallOptions): StoreError {
  const toolset = disabled.get(name)?.toolset;
  if (toolset !== undefined) {
    return new StoreError(
      "not_found",
      `The tool "${name}" is not enabled.`,
      `It is in the toolset ${toolset}: start the server with --toolsets all, or name ${toolset} in it.`,
    );
  }
  const shown = name.length > 60 ? `${name.slice(0, 60)}…` : name;
  return new StoreError(
    "not_found",
    `There is no tool "${shown}"${suggestion(name, [...tools.keys()])}.`,
    `The tools are ${[...tools.keys()].join(", ")}.`,
  );
}

function elapsed(started: number): number {
  return Math.round((performance.now() - started) * 10) / 10;
}

/** Where it happened, without the message, which may quote a text. */
function stackOf(error: unknown): string {
  const cause = error instanceof StoreError ? error.cause : error;
  if (!(cause instanceof Error)) return typeof cause;
  const frames = cause.stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  return [cause.name, ...frames].join("\n");
}
