// Opaque cursors: a position in one list, bound to the query that made it.
import { createHash } from "node:crypto";
import type * as z from "zod";
import { StoreError } from "../db/errors.ts";

/** What must be the same on the next page: which list it is, its filters and its order; not its size. */
export interface ListQuery {
  list: string;
}

export function encodeCursor(query: ListQuery, position: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify([fingerprint(query), ...position])).toString("base64url");
}

/** The position, or null without a cursor. `invalid_input` for one that is broken or of another query. */
export function decodeCursor<T extends z.ZodType>(
  cursor: string | undefined,
  query: ListQuery,
  position: T,
): z.output<T> | null {
  if (cursor === undefined) return null;
  const [print, ...rest] = parse(cursor);
  const parsed = position.safeParse(rest);
  if (print === undefined || !parsed.success) {
    throw new StoreError(
      "invalid_input",
      "cursor is not one that this tool gave.",
      "Pass next_cursor of the page before exactly as it was, or leave cursor out to start at the first page.",
    );
  }
  if (print !== fingerprint(query)) {
    throw new StoreError(
      "invalid_input",
      "cursor belongs to another list, or to one with other filters or another order.",
      "Repeat the arguments of the page before with its next_cursor, or leave cursor out to start anew.",
    );
  }
  return parsed.data;
}

function parse(cursor: string): unknown[] {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return Array.isArray(decoded) ? decoded : [];
  } catch {
    return [];
  }
}

function fingerprint(query: ListQuery): string {
  return createHash("sha256").update(JSON.stringify(query)).digest("base64url").slice(0, 8);
}
