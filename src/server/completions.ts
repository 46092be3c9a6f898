// Completion of session ids, for the arguments of prompts and the templates of resources.
import {
  type CompleteRequest,
  type CompleteResult,
  ErrorCode,
  McpError,
} from "@modelcontextprotocol/sdk/types.js";
import type { Store } from "../db/store.ts";
import { prompts } from "./prompts.ts";
import { toProtocolError } from "./protocol-errors.ts";
import { resourceTemplates } from "./resources.ts";

// The protocol's limit.
const mostValues = 100;

/** Ids that begin like the value, newest first; nothing for another argument. Rejects with `McpError`. */
export async function complete(
  { ref, argument }: CompleteRequest["params"],
  openStore: () => Promise<Store | undefined>,
): Promise<CompleteResult> {
  refuseUnknown(ref);
  if (argument.name !== "session_id") return { completion: { values: [], hasMore: false } };
  try {
    const store = await openStore();
    const found = await store?.listSessionIds(argument.value, mostValues);
    return { completion: { values: found?.items ?? [], hasMore: found?.more ?? false } };
  } catch (error) {
    throw toProtocolError(error);
  }
}

function refuseUnknown(ref: CompleteRequest["params"]["ref"]): void {
  const known =
    ref.type === "ref/prompt"
      ? prompts.some(({ name }) => name === ref.name)
      : resourceTemplates.some(({ uriTemplate }) => uriTemplate === ref.uri);
  if (!known)
    throw new McpError(ErrorCode.InvalidParams, "There is no such prompt or resource template to complete.");
}
