// The tools called on a store in this process, answering as a server does.
import { StoreError } from "../../src/db/errors.ts";
import type { ToolContext } from "../../src/tools/define-tool.ts";
import { callTool } from "../tools/call-tool.ts";
import type { Call } from "./every-tool.ts";

export function callIn(context: ToolContext): Call {
  return async (name, args = {}) => {
    try {
      return {
        isError: false,
        result: await callTool(name, args, context),
        error: { code: "", message: "", hint: "", retryable: false },
      };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const { code, message, hint } = error;
      return { isError: true, result: undefined, error: { code, message, hint, retryable: false } };
    }
  };
}
