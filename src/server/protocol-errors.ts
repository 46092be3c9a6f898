// A failure of ours → the protocol's own error, for requests that are no tool calls.
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import type * as z from "zod";
import { StoreError } from "../db/errors.ts";
import { cutText } from "../tools/budget.ts";

const callersFault = new Set(["invalid_input", "not_found", "invalid_state", "too_large"]);

// A message may quote what came in, which has no other bound than a line's.
const mostChars = 600;
const mostIssues = 3;

/** What came in, short enough to be sent back. */
export function shorten(text: string): string {
  return text.length <= mostChars ? text : `${cutText(text, mostChars)}…`;
}

/** `notFound`: the code for what is not there, where the protocol has one of its own. */
export function toProtocolError(error: unknown, notFound: number = ErrorCode.InvalidParams): McpError {
  if (error instanceof McpError) return error;
  if (!(error instanceof StoreError)) {
    return new McpError(
      ErrorCode.InternalError,
      "The server failed at this request. The next is not affected.",
    );
  }
  const { code, hint, retryable } = error;
  const message = shorten(error.message);
  const invalid = callersFault.has(code) ? ErrorCode.InvalidParams : ErrorCode.InternalError;
  const data = { error: { code, message, hint, retryable } };
  return new McpError(code === "not_found" ? notFound : invalid, `${message} ${hint}`, data);
}

/** Parameters that do not fit the protocol's schema: the SDK's own answer is a dump of its validator's. */
export function toParamsError(method: string, { issues }: z.core.$ZodError): McpError {
  const shown = issues.slice(0, mostIssues).map(({ path, message }) => `${path.join(".")}: ${message}`);
  return new McpError(
    ErrorCode.InvalidParams,
    `${method} does not fit the protocol: ${shorten(shown.join("; "))}. Nothing was done.`,
  );
}
