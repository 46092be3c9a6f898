// The keys of events as they are stored: a caller's own idempotency keys, and the ids that hosts gave what they wrote.
// A session may have both, and no caller's key is ever taken for a host's id.

const hosts = "host:";
const callers = "caller:";

export function callersKey(key: string): string {
  const stored = key.toWellFormed();
  return stored.startsWith(hosts) || stored.startsWith(callers) ? callers + stored : stored;
}

export function hostsKey(key: string): string {
  return hosts + key.toWellFormed();
}

/** Of what a hook has heard and no transcript has said yet: these keys, and no others, are in this range. */
export const heardKeys = { from: `${hosts}heard:`, to: `${hosts}heard;` };

/** For the event of that seq. */
export function heardKey(seq: number): string {
  return `heard:${seq}`;
}
