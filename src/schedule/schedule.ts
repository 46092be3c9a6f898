// A cron text → its next time. The only file that knows the library which reads cron.
import { Cron } from "croner";
import type { NextRun } from "../db/automations.ts";

/**
 * As Vixie cron does when clocks change: a fixed time that is skipped comes right after the gap, and one that comes
 * twice runs once; a schedule with a wildcard or a step goes on through both.
 */
export const nextRun: NextRun = (schedule, timeZone, after) => {
  assertTimeZone(timeZone);
  const cron = parse(schedule, timeZone);
  // The library also takes a single date.
  if (cron.getOnce()) throw new RangeError("it is a date, not a cron text");
  return cron.nextRun(new Date(after))?.getTime() ?? null;
};

function parse(schedule: string, timezone: string): Cron {
  try {
    return new Cron(schedule, { timezone, mode: "5-part", fixedTimeRule: "no-wildcard" });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new RangeError(message.replace(/^CronPattern: /, ""), { cause: error });
  }
}

function assertTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
  } catch (error) {
    throw new RangeError(`"${timeZone}" is not an IANA time zone`, { cause: error });
  }
}
