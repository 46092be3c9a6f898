// The groups that tools come in. Loaded before anything else, so it imports nothing.

export const toolsets = ["sessions", "history", "todos", "runs"] as const;
export type Toolset = (typeof toolsets)[number];
