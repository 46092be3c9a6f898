// pino, to stderr alone: stdout belongs to the protocol. Ids, sizes, codes; never the text of an event.
import pino from "pino";

export interface Log {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

export function createLog(level: string): Log {
  // Synchronous, so that the last words of a process are not lost.
  return pino(
    { level, base: { name: "backstory", pid: process.pid } },
    pino.destination({ fd: 2, sync: true }),
  );
}
