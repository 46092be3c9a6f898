// Calls of Backstory's own tools in a transcript: what they said is in the Store already, by the tool itself.
import type { ActionRecord } from "./host.ts";

/** By the name a host gives a server's tool: mcp__backstory__add_event, mcp__my-backstory__…, backstory_add_event. */
export function isOwnTool(toolName: string): boolean {
  const name = toolName.slice(0, 512).toLowerCase();
  return name.includes("backstory__") || /^(?:mcp_{1,2})?backstory[_./]/.test(name);
}

/** The call without what it said, if it is one of ours. */
export function withoutOwnTexts(action: ActionRecord): ActionRecord {
  return isOwnTool(action.toolName)
    ? { ...action, input: undefined, output: undefined, error: null }
    : action;
}
