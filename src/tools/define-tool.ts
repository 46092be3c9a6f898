// A tool is a value: everything the protocol, the docs and the tests need is derived from it.
import type * as z from "zod";
import type { HostSession } from "../db/captures.ts";
import type { Asker } from "../db/facts.ts";
import type { Workspace } from "../db/records.ts";
import type { Store } from "../db/store.ts";
import { lazily } from "./lazily.ts";
import type { Toolset } from "./toolsets.ts";
import { type JsonSchema, toWireSchema } from "./wire-schema.ts";

/** What a tool does to the store; the protocol's annotations follow from it. */
export type Effect = "read" | "add" | "update" | "delete";

/** What a tool may use: nothing about the protocol, the process or the disk. */
export interface ToolContext {
  store: Store;
  /** The connecting client's name. */
  client: string;
  /** Where the client works, unless it says otherwise. */
  directory: string;
  readWorkspace(directory: string): Promise<Workspace & { exists: boolean }>;
  /** The commit that a directory is at; null where there is none. */
  readGitHead(directory: string): Promise<string | null>;
  /** The pid of the agent host that started us; null if it cannot be told. */
  findHost(): Promise<number | null>;
  /** Remembers a run of our own host, to note it if the host lets go of us in order. */
  noteHostRun(run: { id: string; pid: number }): void;
  /** Remembers a session that was made here: whoever asks where it was does not mean that one. */
  noteSession(id: string): void;
  readAsker(): Promise<Asker>;
  /** The session that our host says it is in; null if it does not say. */
  readHostSession(): Promise<HostSession | null>;
}

export interface Tool {
  name: string;
  title: string;
  description: string;
  toolset: Toolset;
  effect: Effect;
  inputSchema: JsonSchema;
  outputSchema: JsonSchema;
  /**
   * Takes the arguments as they came, returns the result as a structure and as its JSON.
   * Rejects with `InputError` on arguments that do not fit, with `StoreError` otherwise.
   */
  call(args: unknown, context: ToolContext): Promise<CallResult>;
}

export interface CallResult {
  structuredContent: Record<string, unknown>;
  text: string;
}

/** The arguments do not fit the schema. Only these are the caller's: a result that does not fit its own is ours. */
export class InputError extends Error {
  readonly zodError: z.ZodError;

  constructor(zodError: z.ZodError) {
    super(zodError.message);
    this.name = "InputError";
    this.zodError = zodError;
  }
}

interface ToolDefinition<Input extends z.ZodObject, Output extends z.ZodObject> {
  name: string;
  title: string;
  description: string;
  toolset: Toolset;
  effect: Effect;
  /** Made when it is first needed, like the output. */
  input: () => Input;
  output: () => Output;
  run(input: z.output<Input>, context: ToolContext): Promise<z.input<Output>>;
}

export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>({
  input,
  output,
  run,
  ...described
}: ToolDefinition<Input, Output>): Tool {
  const inputs = lazily(input);
  const outputs = lazily(output);
  return {
    ...described,
    get inputSchema() {
      return toWireSchema(inputs(), "input");
    },
    get outputSchema() {
      return toWireSchema(outputs(), "output");
    },
    // Parsing the result strips what the schema does not name: clients reject a result with more.
    call: async (args, context) => {
      const input = inputs().safeParse(args);
      if (!input.success) throw new InputError(input.error);
      const structuredContent = outputs().parse(await run(input.data, context));
      return { structuredContent, text: JSON.stringify(structuredContent) };
    },
  };
}

/** The protocol's four hints. Nothing here reaches out of the machine. */
export function annotationsOf({ effect, title }: Pick<Tool, "effect" | "title">) {
  return {
    title,
    readOnlyHint: effect === "read",
    destructiveHint: effect === "delete",
    idempotentHint: effect !== "add",
    openWorldHint: false,
  };
}
