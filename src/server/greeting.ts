// What the server says of itself: types and a filter, without the SDK or any tool behind them.
import type { Tool } from "../tools/define-tool.ts";
import type { Toolset } from "../tools/toolsets.ts";

export interface DescribedTool {
  name: string;
  title: string;
  description: string;
  inputSchema: Tool["inputSchema"];
  outputSchema: Tool["outputSchema"];
  annotations: {
    title: string;
    readOnlyHint: boolean;
    destructiveHint: boolean;
    idempotentHint: boolean;
    openWorldHint: boolean;
  };
}

export interface Description {
  serverInfo: { name: string; title: string; version: string };
  capabilities: Record<"tools" | "prompts" | "resources" | "completions", Record<string, never>>;
  instructions: string;
  /** Newest first. */
  protocolVersions: string[];
  tools: { toolset: Toolset; tool: DescribedTool }[];
}

/** The tools of some toolsets, in the order of the list. */
export function toolsOf({ tools }: Description, toolsets: readonly Toolset[]): DescribedTool[] {
  return tools.filter(({ toolset }) => toolsets.includes(toolset)).map(({ tool }) => tool);
}
