// A failure of ours → the protocol's own error, for requests that are no tool calls.
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import { StoreError } from "../db/errors.ts";

const callersFault = new Set(["invalid_input", "not_found", "invalid_state", "too_large"]);

/** `notFound`: the code for what is not there, where the protocol has one of its own. */
export function toProtocolError(error: unknown, notFound: number = ErrorCode.InvalidParams): McpError {
  if (error instanceof McpError) return error;
  if (!(error instanceof StoreError)) {
    return new McpError(
      ErrorCode.InternalError,
      "The server failed at this request. The next is not affected.",
    );
  }
  const { code, message, hint, retryable } = error;
  const invalid = callersFault.has(code) ? ErrorCode.InvalidParams : ErrorCode.InternalError;
  const data = { error: { code, message, hint, retryable } };
  return new McpError(code === "not_found" ? notFound : invalid, `${message} ${hint}`, data);
}
