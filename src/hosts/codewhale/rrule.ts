// The recurrence rules that CodeWhale knows → cron texts. Pure.

const days: Record<string, number> = { SU: 0, MO: 1, TU: 2, WE: 3, TH: 4, FR: 5, SA: 6 };

/** Null: a rule that runs once, or one that no cron text says. */
export function cronFrom(rrule: string): string | null {
  const parts = new Map(
    rrule
      .slice(0, 500)
      .split(";")
      .map((part) => part.split("=", 2).map((word) => word.trim()))
      .map(([key, value]) => [(key ?? "").toUpperCase(), value ?? ""] as const),
  );
  const minute = numberIn(parts.get("BYMINUTE"), 59);
  const hour = numberIn(parts.get("BYHOUR"), 23);
  const weekdays = weekdaysIn(parts.get("BYDAY"));
  switch (parts.get("FREQ")?.toUpperCase()) {
    case "CRON":
      return parts.get("EXPR") || null;
    case "WEEKLY":
      return weekdays === null || hour === null ? null : `${minute ?? 0} ${hour} * * ${weekdays}`;
    case "DAILY":
      return daily(Number(parts.get("INTERVAL") ?? 1), minute ?? 0, hour, weekdays ?? "*");
    case "HOURLY":
      return hourly(Number(parts.get("INTERVAL") ?? 1), minute ?? 0, hour ?? 0, weekdays ?? "*");
    default:
      return null;
  }
}

/** Every day: cron does not count days over the end of a month. */
function daily(interval: number, minute: number, hour: number | null, weekdays: string): string | null {
  return interval !== 1 || hour === null ? null : `${minute} ${hour} * * ${weekdays}`;
}

/** Every so many hours, where that divides a day: cron begins anew at midnight. */
function hourly(interval: number, minute: number, hour: number, weekdays: string): string | null {
  if (!Number.isInteger(interval) || interval < 1 || 24 % interval !== 0) return null;
  if (interval === 1) return `${minute} * * * ${weekdays}`;
  const hours = Array.from({ length: 24 / interval }, (_, index) => (hour % interval) + index * interval);
  return `${minute} ${hours.join(",")} * * ${weekdays}`;
}

function numberIn(text: string | undefined, most: number): number | null {
  const number = text === undefined || !/^\d{1,2}$/.test(text) ? null : Number(text);
  return number !== null && number <= most ? number : null;
}

function weekdaysIn(text: string | undefined): string | null {
  const numbers = (text ?? "")
    .toUpperCase()
    .split(",")
    .flatMap((day) => days[day.trim()] ?? []);
  return numbers.length === 0 ? null : numbers.join(",");
}
