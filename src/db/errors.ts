// The one error class of the Store, and the codes a caller can act on.

export const errorCodes = [
  "invalid_input",
  "not_found",
  "conflict",
  "invalid_state",
  "too_large",
  "busy",
  "read_only",
  "disk_full",
  "schema_too_new",
  "not_a_backstory_file",
  "corrupt",
  "internal",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

const retryableCodes: ReadonlySet<ErrorCode> = new Set(["busy", "disk_full"]);

/**
 * What went wrong (`message`) and what to do next (`hint`).
 * `retryable` says that the same call may succeed later, unchanged.
 */
export class StoreError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
    this.hint = hint;
    this.retryable = retryableCodes.has(code);
  }
}
