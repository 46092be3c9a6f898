// What of an export is refused, and in which words. Knows no table.
import Database from "better-sqlite3";
import { StoreError } from "../errors.ts";
import type { PortableRecord } from "../portable.ts";

export function unfit(name: string, column: string): StoreError {
  return new StoreError(
    "invalid_input",
    `The ${name}'s ${column} is missing, or is nothing that a store writes.`,
    "Export it again.",
  );
}

/** From the first event to the one it was forked at, without a gap. */
export function assertJoined(parts: readonly Record<string, unknown>[], session: PortableRecord): void {
  let next = 1;
  const areJoined = parts.every(({ fromSeq, toSeq }) => {
    const follows = fromSeq === next && Number(toSeq) >= next;
    next = Number(toSeq) + 1;
    return follows;
  });
  if (areJoined && next - 1 === (session.forked_at_seq ?? 0) && next - 1 <= Number(session.last_seq)) return;
  const message = `What session "${String(session.id)}" shares has a gap.`;
  throw new StoreError("invalid_input", message, "Export it again.");
}

export function outOfPlace({ sessionId, seq }: Record<string, unknown>): StoreError {
  return new StoreError(
    "invalid_input",
    `Event ${String(seq)} of session "${String(sessionId)}" is not in its place.`,
    "Export it again.",
  );
}

/** Says which record it was. Whatever else failed is no matter of the export. */
export function toRefusal(error: unknown, position: number): unknown {
  const refused = isUnknownReference(error) ? namesNobody() : error;
  if (!(refused instanceof StoreError && refused.code === "invalid_input")) return error;
  return new StoreError(
    "invalid_input",
    `Record ${position} behind the first line of the export does not fit. ${refused.message}`,
    `${refused.hint} Records before it may have been stored: a repeat goes on from there.`,
    { cause: error },
  );
}

function isUnknownReference(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code === "SQLITE_CONSTRAINT_FOREIGNKEY";
}

function namesNobody(): StoreError {
  const message = "It names a project or a session that is not there.";
  return new StoreError("invalid_input", message, "Export it again.");
}
