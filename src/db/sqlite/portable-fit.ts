// Whether a value of an export may stand in its column: whoever reads it later takes it as it is. Knows no statement.
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { eventTypes, type JsonValue, todoPriorities, todoStatuses } from "../records.ts";

type Check = (held: JsonValue) => boolean;

// As ours are made.
const idPattern = /^[a-z]{2,10}_[0-9a-z]{1,40}$/;

// More than any door lets in.
const deepest = 500;

// Four digits of a year, as everywhere.
const earliest = Date.parse("0000-01-01T00:00:00Z");
const latest = Date.parse("9999-12-31T23:59:59.999Z");

const isObject = (held: JsonValue | undefined) =>
  held !== null && typeof held === "object" && !Array.isArray(held);
const isText = (held: JsonValue | undefined) => typeof held === "string";
const isCount = (held: JsonValue | undefined) => Number.isSafeInteger(held) && Number(held) >= 0;
const isTime = (held: JsonValue | undefined) =>
  Number.isSafeInteger(held) && Number(held) >= earliest && Number(held) <= latest;
const isOneOf = (known: readonly JsonValue[]) => (held: JsonValue | undefined) =>
  held !== undefined && known.includes(held);
const isListOf = (isItem: Check) => (held: JsonValue) => Array.isArray(held) && held.every(isItem);

const todoFields: Record<string, (held: JsonValue | undefined) => boolean> = {
  id: isText,
  content: isText,
  status: isOneOf(todoStatuses),
  priority: isOneOf(todoPriorities),
  lossy: isOneOf([true, false]),
  createdAt: isTime,
  updatedAt: isTime,
};

function isTodo(held: JsonValue): boolean {
  return isObject(held) && Object.entries(todoFields).every(([key, fits]) => fits(Object(held)[key]));
}

/** What a column asks for beyond its type, by its name in the table. */
const checks: Record<string, Check> = {
  session_id: (held) => idPattern.test(String(held)),
  source_id: (held) => idPattern.test(String(held)),
  project_id: (held) => idPattern.test(String(held)),
  parent_session_id: (held) => idPattern.test(String(held)),
  forked_from_session_id: (held) => idPattern.test(String(held)),
  type: isOneOf(eventTypes),
  pid: (held) => isCount(held) && Number(held) < 2 ** 31,
  exit_code: () => true,
  priority: () => true,
  run_after: isTime,
  metadata: isObject,
  redactions: (held) => isObject(held) && Object.values(Object(held) as object).every(isCount),
  long_running_tool_ids: isListOf(isText),
  args: isListOf(isText),
  allowed_tools: isListOf(isText),
  todos: isListOf(isTodo),
};

/** `isJson`: as a value, not yet as text. */
export function fits(held: JsonValue, column: SQLiteColumn, isJson: boolean): boolean {
  if (held === null) return !column.notNull;
  const check = checks[column.name];
  if (isJson) return !isDeeper(held, deepest) && (check?.(held) ?? true);
  if (column.dataType === "number") return fitsNumber(held, column, check);
  if (typeof held !== "string") return false;
  if (column.primary) return idPattern.test(held);
  if (column.enumValues !== undefined) return column.enumValues.includes(held);
  return check?.(held) ?? true;
}

function fitsNumber(held: JsonValue, column: SQLiteColumn, check: Check | undefined): boolean {
  if (column.getSQLType() === "real") return Number.isFinite(held) && Number(held) >= 0;
  if (check !== undefined) return Number.isSafeInteger(held) && check(held);
  return column.name.endsWith("_at") ? isTime(held) : isCount(held);
}

/** Looks no deeper, so that no value can exhaust the stack. */
function isDeeper(held: JsonValue, most: number): boolean {
  if (held === null || typeof held !== "object") return false;
  if (most === 0) return true;
  return Object.values(held).some((item) => isDeeper(item, most - 1));
}
