// The groups that tools come in. Loaded before anything else, so it imports nothing.

export const toolsets = [
  "sessions",
  "history",
  "todos",
  "runs",
  "projects",
  "checkpoints",
  "jobs",
  "automations",
  "admin",
] as const;
export type Toolset = (typeof toolsets)[number];

/** What is offered unless the user asks for others: every tool costs a model its description, in every conversation. */
export const defaultToolsets: readonly Toolset[] = ["sessions", "history", "todos", "runs"];
