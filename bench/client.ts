// The SDK's client on a server over stdio: the same for ours and for the floor.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { Program } from "./workbench.ts";

export interface Connected {
  /** The structured content. Rejects on an error result too: a figure of refused calls says nothing. */
  call(name: string, args: Record<string, unknown>): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

async function connect(program: Program): Promise<Connected> {
  const client = new Client({ name: "bench", version: "0" });
  await client.connect(new StdioClientTransport({ ...program, stderr: "ignore" }));
  // From here on the client checks every result against the tool's output schema.
  await client.listTools();
  return {
    async call(name, args) {
      const result = await client.callTool({ name, arguments: args });
      if (result.isError) throw new Error(JSON.stringify(result.content));
      return result.structuredContent as Record<string, unknown>;
    },
    close: () => client.close(),
  };
}

/** Connects to all, hands them over by their names, and closes them whatever happens. */
export async function withServers<Name extends string, T>(
  programs: Record<Name, Program>,
  work: (servers: Record<Name, Connected>) => Promise<T>,
): Promise<T> {
  const servers: Partial<Record<Name, Connected>> = {};
  const names = Object.keys(programs) as Name[];
  try {
    for (const name of names) servers[name] = await connect(programs[name]);
    return await work(servers as Record<Name, Connected>);
  } finally {
    await Promise.all(names.map((name) => servers[name]?.close()));
  }
}
