// No alarm where there is no secret.
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../src/db/records.ts";
import { Redaction } from "../../src/db/sqlite/redaction.ts";
import { createRedactor } from "../../src/redaction/redactor.ts";
import { cleanTexts } from "./clean.ts";

const redactor = createRedactor("mask");
const redaction = new Redaction({ redactor });

/** What was found in a text as it stands, and in what it is as JSON. */
function alarms(texts: readonly string[]) {
  return texts.flatMap((text) => {
    const { findings } = redactor.redact(text);
    const asJson = redaction.record({ text: parse(text) }, ["text"]).findings;
    return Object.keys({ ...findings, ...asJson }).length === 0
      ? []
      : [{ findings, asJson, text: text.slice(0, 300) }];
  });
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

it("raises no alarm over 10,000 clean events", () => {
  expect(alarms(cleanTexts(10_000))).toEqual([]);
});

// Real conversations and recordings, which are not part of this repository.
const data = process.env.BACKSTORY_TEST_DATA || join(import.meta.dirname, "..", "..", "..", "shared", "data");

interface RecallSet {
  stores: { messages: { text: string }[] }[];
}

const isHere = existsSync(data);
const recalls = isHere ? globSync("recall/*.json.gz", { cwd: data }) : ["recall"];
const transcripts = isHere ? globSync("transcripts/*/*.json*", { cwd: data }) : ["transcripts"];

describe.skipIf(!isHere)(`over ${data}`, () => {
  it.each(recalls)("raises no alarm over %s", (name) => {
    const { stores } = JSON.parse(gunzipSync(readFileSync(join(data, name))).toString()) as RecallSet;
    expect(alarms(stores.flatMap(({ messages }) => messages.map(({ text }) => text)))).toEqual([]);
  });

  it.each(transcripts)("raises no alarm over %s", (name) => {
    const text = readFileSync(join(data, name), "utf8");
    expect(alarms(name.endsWith("l") ? text.split("\n") : [text])).toEqual([]);
  });
});
