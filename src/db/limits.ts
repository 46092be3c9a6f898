// How large a thing may be. Bytes are UTF-8. Each limit is an error that names it, never a silent cut.

const KiB = 1024;
const MiB = 1024 * KiB;

export const limits = {
  content: MiB,
  reasoning: MiB,
  actionInput: MiB,
  actionOutput: MiB,
  raw: 256 * KiB,
  metadata: 64 * KiB,
  context: 64 * KiB,
  /** An error's text, a prompt, a run's arguments together. */
  text: 64 * KiB,
  todoContent: 4 * KiB,
  /** Names, ids, keys and titles. */
  name: 512,
  path: 4 * KiB,
  checkpointState: MiB,
  jobResult: MiB,
  jsonDepth: 64,
  /** Of one event: a session's sums stay exact, and finite. */
  tokens: 1e12,
  costUsd: 1e9,
  actionsPerEvent: 100,
  eventsPerCall: 500,
  todosPerSession: 1_000,
  leaseSeconds: 86_400,
} as const;
