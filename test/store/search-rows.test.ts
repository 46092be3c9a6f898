// Lists of rows and what is known of each.
import { describe, expect, it } from "vitest";
import { TermRows } from "../../src/db/sqlite/search-rows.ts";

const [rare, rarer, common, commoner] = [1, 2, 4, 8];
const weights = [40, 80, 20, 10];

/** Rows, the best first. */
function rowsOf(...lists: Parameters<TermRows["add"]>[]): number[] {
  const rows = new TermRows();
  for (const list of lists) rows.add(...list);
  return rows.best(10, weights);
}

describe("rows with their terms", () => {
  it("puts those with more of the weight first, and the newest among equals", () => {
    expect(rowsOf([[9, 7, 5, 3], rare], [[8, 7], rarer], [[9, 8, 3], common])).toEqual([7, 8, 9, 3, 5]);
  });

  it("takes a row that has none of some terms for one that has the other", () => {
    const shared = { unless: rare | rarer, otherwise: common };
    // 9 is with a rare term, 8 and 6 can only be with the common one.
    const rows = rowsOf([[9, 5], rare], [[9, 8, 6], commoner, shared], [[6, 5], common]);
    expect(rows).toEqual([5, 9, 8, 6]);
  });

  it("marks the rows that are here, and adds none", () => {
    const rows = new TermRows();
    rows.add([9, 7, 5, 3], rare);
    rows.mark([10, 8, 7, 4, 3, 1], common);
    expect(rows.best(10, weights)).toEqual([7, 3, 9, 5]);
  });

  it("keeps events whose rows together have all terms", () => {
    const rows = new TermRows();
    const [ofOne, ofOther] = [4096, 8192];
    rows.add([ofOther + 1, ofOne], rare);
    rows.add([ofOther], rarer);
    rows.keepEvents(rare | rarer);
    expect(rows.best(10, weights)).toEqual([ofOther, ofOther + 1]);
  });
});
