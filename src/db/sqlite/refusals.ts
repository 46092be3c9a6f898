// Errors that several tables share.
import { StoreError } from "../errors.ts";
import type { Owner } from "../store.ts";

/** The same key came with other content. */
export function keyConflict(key: string, first: string): StoreError {
  return new StoreError(
    "conflict",
    `The idempotency_key "${key}" was used before, with other content: it made ${first}.`,
    "Repeat a call with exactly what it said the first time, or use a new idempotency_key for a new record.",
  );
}

export function sessionNotFound(sessionId: string, owner: Owner = {}): StoreError {
  const owned = owner.appName !== undefined || owner.userId !== undefined;
  return new StoreError(
    "not_found",
    `There is no session "${sessionId}"${owned ? " of that app_name and user_id" : ""}.`,
    "list_sessions lists the ids; create_session makes a new one.",
  );
}
