// The months and years a query names, so that what was said then counts more.

/** In UTC; the month from 1. At least one of them is given. */
export interface Time {
  readonly year?: number;
  readonly month?: number;
}

const months = "January February March April May June July August September October November December".split(
  " ",
);

/** "8 May 2023", "in May", "May 8th, 2023"; a verb at the start of a sentence ("March on") is not told from a month. */
const named = new RegExp(`\\b(${months.join("|")})\\b(?:[^\\p{L}]{0,12}\\b(20\\d\\d)\\b)?`, "gu");
const numbered = /\b(20\d\d)(?:-(0[1-9]|1[0-2]))?\b/g;

/** A year alone counts only where no month is named. */
export function timesOf(text: string): Time[] {
  const ofMonths = [...text.matchAll(named)].map(([, name = "", year]) => ({
    month: months.indexOf(name) + 1,
    ...(year !== undefined && { year: Number(year) }),
  }));
  if (ofMonths.length > 0) return ofMonths;
  return [...text.matchAll(numbered)].map(([, year, month]) => ({
    year: Number(year),
    ...(month !== undefined && { month: Number(month) }),
  }));
}
