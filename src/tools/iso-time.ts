// Times as they are written, to milliseconds since 1970. Read at the start of the command, so it imports nothing.

// RFC 3339, section 5.6, or its full-date alone.
const timePattern = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/;
const dateLength = "2026-11-21".length;
const millisecondsPerDay = 86_400_000;

const earliest = Date.parse("0000-01-01T00:00:00Z");
const latest = Date.parse("9999-12-31T23:59:59.999Z");

/** Null for what is no time. A date alone is its midnight, UTC. */
export function parseTime(value: string): number | null {
  const milliseconds = timePattern.test(value) && isDate(value) ? Date.parse(value) : Number.NaN;
  // Its zone may carry it out of the four digits of a year, and so out of what we take.
  return milliseconds >= earliest && milliseconds <= latest ? milliseconds : null;
}

/** As `parseTime`, but a date alone is its last millisecond. */
export function parseUntil(value: string): number | null {
  const milliseconds = parseTime(value);
  return milliseconds !== null && value.length === dateLength
    ? milliseconds + millisecondsPerDay - 1
    : milliseconds;
}

/** JavaScript takes the 30th of February for the 2nd of March. */
function isDate(value: string): boolean {
  const date = value.slice(0, dateLength);
  const parsed = Date.parse(date);
  return !Number.isNaN(parsed) && new Date(parsed).toISOString().startsWith(date);
}
