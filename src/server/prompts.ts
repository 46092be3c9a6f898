// The prompts: pages made from a session's facts, for a person to hand to an agent.
import {
  ErrorCode,
  type GetPromptResult,
  McpError,
  type Prompt,
  type PromptArgument,
} from "@modelcontextprotocol/sdk/types.js";
import { limits } from "../db/limits.ts";
import type { Brief } from "../resume/brief.ts";
import { toHandoffPage, toRecapPage, toResumePage } from "../resume/brief-pages.ts";
import { toMarkdown } from "../resume/markdown.ts";
import type { Page } from "../resume/page.ts";
import { briefChars, toBrief } from "../resume/to-brief.ts";
import type { ToolContext } from "../tools/define-tool.ts";
import { readFacts } from "../tools/resume_session.ts";
import { toProtocolError } from "./protocol-errors.ts";

interface PagePrompt {
  prompt: Prompt;
  toPage(brief: Brief): Page;
}

const sessionId = (required: boolean): PromptArgument => ({
  name: "session_id",
  description: required ? "The session" : "The session; else the latest of the directory",
  required,
});
const directory: PromptArgument = {
  name: "directory",
  description: "Where the session worked; else where the agent host works",
  required: false,
};

const pagePrompts: readonly PagePrompt[] = [
  {
    prompt: {
      name: "resume",
      title: "Resume a session",
      description:
        "Where a session stopped: how it ended, the last request and answer, open todos, unfinished tool calls.",
      arguments: [sessionId(false), directory],
    },
    toPage: toResumePage,
  },
  {
    prompt: {
      name: "handoff",
      title: "Hand a session over",
      description: "A packet for another agent: goal, state, decisions, todos, unfinished tool calls, files.",
      arguments: [sessionId(true)],
    },
    toPage: toHandoffPage,
  },
  {
    prompt: {
      name: "recap",
      title: "Recap a session",
      description: "What happened in a session, in short.",
      arguments: [sessionId(true)],
    },
    toPage: toRecapPage,
  },
];

/** In bytes; of the tools' arguments of the same names. */
const argumentLimits: Readonly<Record<string, number>> = { session_id: limits.name, directory: limits.path };

export const prompts: readonly Prompt[] = pagePrompts.map(({ prompt }) => prompt);

/** Rejects with `McpError`. An empty argument is one that was not given: hosts send what a form held. */
export async function getPrompt(
  name: string,
  args: Record<string, string>,
  openContext: () => Promise<ToolContext>,
): Promise<GetPromptResult> {
  const { prompt, toPage } = findPrompt(name);
  refuseWrongArguments(prompt, args);
  refuseLargeArguments(args);
  try {
    const facts = await readFacts(
      args.session_id || undefined,
      args.directory || undefined,
      await openContext(),
    );
    const text = toMarkdown(toPage(toBrief(facts, briefChars)));
    return {
      description: `${prompt.title}: ${facts.session.id}`,
      messages: [{ role: "user", content: { type: "text", text } }],
    };
  } catch (error) {
    throw toProtocolError(error);
  }
}

function findPrompt(name: string): PagePrompt {
  const found = pagePrompts.find(({ prompt }) => prompt.name === name);
  if (found) return found;
  const known = prompts.map((prompt) => prompt.name).join(", ");
  throw new McpError(ErrorCode.InvalidParams, `There is no such prompt. The prompts are ${known}.`);
}

function refuseWrongArguments({ name, arguments: known = [] }: Prompt, args: Record<string, string>): void {
  const names = known.map((argument) => argument.name);
  const unknown = Object.keys(args).some((given) => !names.includes(given));
  const missing = known.filter((argument) => argument.required && !args[argument.name]);
  if (!unknown && missing.length === 0) return;
  const needs =
    missing.length === 0 ? "" : ` It needs ${missing.map((argument) => argument.name).join(", ")}.`;
  throw new McpError(ErrorCode.InvalidParams, `The prompt ${name} takes ${names.join(", ")}.${needs}`);
}

function refuseLargeArguments(args: Record<string, string>): void {
  for (const [name, value] of Object.entries(args)) {
    const [bytes, limit] = [Buffer.byteLength(value), argumentLimits[name] ?? limits.name];
    if (bytes <= limit) continue;
    throw new McpError(
      ErrorCode.InvalidParams,
      `${name} is ${bytes.toLocaleString("en")} bytes; the limit is ${limit.toLocaleString("en")}. list_sessions lists the ids and directories of sessions.`,
    );
  }
}
