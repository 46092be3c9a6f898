// Text in is text out, or the record says that it is not: in every field that takes one.
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { tools } from "../../src/tools/index.ts";
import { openToolContext } from "../tools/call-tool.ts";
import { howMany, seed, tell } from "../torture/plan.ts";
import { callIn } from "./call.ts";
import { textDoors } from "./text-doors.ts";

const count = howMany(3_000, 100_000);

/** Of all of Unicode, of what is odd in it, and of what is odd to SQL, JSON, Markdown and terminals. */
const oddities = [
  "\0",
  "\u001b[31m",
  "\u202e",
  "\u200d",
  "\ufeff",
  "\u2028",
  "\r\n",
  "'",
  '"',
  "\\",
  "`",
  "%",
  "\ud800",
  "\udc00",
  "𐀀",
  "e\u0301",
  "ﬃ",
  "漢",
  "\u{1f468}\u200d\u{1f469}",
  "--",
  ";",
  "{",
  "</",
];
const texts = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 40 }),
  fc
    .array(fc.constantFrom(...oddities, "word", " "), { minLength: 1, maxLength: 8 })
    .map((parts) => parts.join("")),
);

test(`${count} strings over every text field (seed ${seed})`, { timeout: 3_600_000 }, async () => {
  const call = callIn(await openToolContext());
  const { session } = (await call("create_session")).result;
  const generated = fc.sample(texts, { numRuns: count, seed });
  let repaired = 0;
  for (const [i, text] of generated.entries()) {
    const door = textDoors[i % textDoors.length] as (typeof textDoors)[number];
    const { given, found, lossy } = await door.pass(call, text, session.id);
    const whole = isDeepStrictEqual(found, given);
    // A lone surrogate cannot be stored in UTF-8 but as JSON.
    if (!whole) expect(found, `${door.name}, string ${i}`).toEqual(String(given).toWellFormed());
    expect(lossy, `${door.name}, string ${i}`).toBe(!whole);
    if (!whole) repaired += 1;
  }
  expect(repaired).toBeGreaterThan(0);
  tell(`P8: ${count} strings over ${textDoors.length} fields, ${repaired} repaired, and said so`);
});

test("there is no other field that takes a text to keep", () => {
  const known = new Set(textDoors.map(({ name }) => name));
  const fields = tools
    .filter(({ effect }) => effect === "add" || effect === "update")
    .flatMap(({ name, inputSchema }) => textFieldsOf(inputSchema).map((field) => `${name} ${field}`));
  expect(fields.filter((field) => !known.has(field) && !isReference(field))).toEqual([]);
});

/** The names of the fields that take any text or JSON, at any depth. */
function textFieldsOf(schema: object): string[] {
  const { properties = {}, items } = schema as { properties?: Record<string, object>; items?: object };
  const found = Object.entries(properties).flatMap(([name, field]) => [
    ...(takesTexts(field) ? [name] : []),
    ...textFieldsOf(field),
  ]);
  return items ? [...found, ...textFieldsOf(items)] : found;
}

function takesTexts(field: object): boolean {
  const { type, items, properties, enum: words } = field as Record<string, object | undefined>;
  if (words || properties) return false;
  if (items) return takesTexts(items);
  return (
    type === undefined || [type].flat().some((one) => String(one) === "string" || String(one) === "object")
  );
}

/** A field that says which one, or when: it is looked up, and read by nobody again. */
const isReference = (field: string): boolean =>
  /(_id|_key|_token|_at|_after|schedule|time_zone|previous_directory)$/.test(field) ||
  ["update_action call_id", "mark_crashed_runs directory", "claim_job directory"].includes(field);
