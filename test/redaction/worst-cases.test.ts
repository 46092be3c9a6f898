// No text makes a rule slow: each is given what it has to read furthest, for nothing. In milliseconds of the processor, which
// others do not disturb; a rule that reads a text more than once takes seconds.
import { expect, it } from "vitest";
import { applyRule, rules } from "../../src/redaction/redactor.ts";
import { samples } from "./samples.ts";

const length = 200_000;
const fill = (piece: string) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);

/** Beginnings of its secrets, of every length, again and again, and one that never ends. */
function worstCases(cues: readonly string[], texts: readonly string[]): string[] {
  const starts = texts.flatMap((text) => [0.2, 0.5, 0.9].map((part) => text.slice(0, text.length * part)));
  const ends = ["", " ", "-", ".", ";", "\n", "\\", '"', "@", ":", "/", "=", "a"];
  return [
    ...[...cues, ...starts].flatMap((start) => ends.map((end) => fill(start + end))),
    ...[...cues, ...texts].flatMap((start) =>
      ["a", "A1", "-", "\\", " ", "=", "/", "-----"].map((rest) => start + fill(rest)),
    ),
  ];
}

it.each(rules.map((rule) => [rule.name, rule] as const))("%s", (name, rule) => {
  const texts = samples.filter((sample) => sample.rule === name).map(({ text }) => text);
  for (const text of worstCases(rule.cues, texts)) {
    const run = () => {
      const before = process.threadCpuUsage();
      applyRule(rule, text, {});
      const { user, system } = process.threadCpuUsage(before);
      return (user + system) / 1_000;
    };
    // The first runs are not compiled yet.
    const again = (least: number) => (least < 50 ? least : Math.min(least, run()));
    const took = again(again(again(run())));
    expect(took, text.slice(0, 80)).toBeLessThan(50);
  }
});
