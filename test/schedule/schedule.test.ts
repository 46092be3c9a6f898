// The library reads cron as we say it does, clock changes included.
import { describe, expect, it } from "vitest";
import { nextRun } from "../../src/schedule/schedule.ts";

const next = (schedule: string, timeZone: string, after: string) => {
  const at = nextRun(schedule, timeZone, Date.parse(after));
  return at === null ? null : new Date(at).toISOString().replace(":00.000Z", "Z");
};

describe("nextRun", () => {
  it.each([
    ["* * * * *", "UTC", "2026-11-21T09:30:00Z", "2026-11-21T09:31Z"],
    ["* * * * *", "UTC", "2026-11-21T09:30:59.999Z", "2026-11-21T09:31Z"],
    ["0 9 * * 1-5", "UTC", "2026-11-21T09:30:00Z", "2026-11-23T09:00Z"],
    ["0 9 * * MON-FRI", "Asia/Kolkata", "2026-11-21T09:30:00Z", "2026-11-23T03:30Z"],
    ["@daily", "America/New_York", "2026-11-21T09:30:00Z", "2026-11-22T05:00Z"],
    ["0 0 29 2 *", "UTC", "2026-11-21T09:30:00Z", "2028-02-29T00:00Z"],
  ])("reads %s in %s", (schedule, timeZone, after, expected) => {
    expect(next(schedule, timeZone, after)).toBe(expected);
  });

  // Berlin's clocks went from 2:00 to 3:00 on 2026-03-29, and from 3:00 to 2:00 on 2026-10-25.
  it.each([
    ["a skipped time comes right after the gap", "30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00Z"],
    ["on that day only", "30 2 * * *", "2026-03-29T01:00:00Z", "2026-03-30T00:30Z"],
    ["two such times stay two", "30 1,2 * * *", "2026-03-29T00:30:00Z", "2026-03-29T01:00Z"],
    ["a time that comes twice runs once", "30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-26T01:30Z"],
    ["one of a list too", "30 2,14 * * *", "2026-10-25T00:30:00Z", "2026-10-25T13:30Z"],
    ["every hour is every hour", "0 * * * *", "2026-10-25T00:00:00Z", "2026-10-25T01:00Z"],
    ["also across the gap", "0 * * * *", "2026-03-29T00:00:00Z", "2026-03-29T01:00Z"],
  ])("when clocks change: %s", (_what, schedule, after, expected) => {
    expect(next(schedule, "Europe/Berlin", after)).toBe(expected);
  });

  it.each(["0 0 30 2 *", "0 0 31 4,6,9,11 *"])("knows that %s never comes", (schedule) => {
    expect(next(schedule, "UTC", "2026-11-21T09:30:00Z")).toBeNull();
  });

  it.each([
    "",
    "daily",
    "* * * *",
    "* * * * * *",
    "60 * * * *",
    "0 24 * * *",
    "0 0 0 * *",
    "*/0 * * * *",
    "@reboot",
    "2026-12-01T09:00:00",
  ])("says what is wrong with %j", (schedule) => {
    expect(() => nextRun(schedule, "UTC", 0)).toThrow(RangeError);
  });

  it.each(["", "Mars/Base", "UTC+2", "Europe"])("says that %j is no time zone", (timeZone) => {
    expect(() => nextRun("* * * * *", timeZone, 0)).toThrow(`"${timeZone}" is not an IANA time zone`);
  });
});
