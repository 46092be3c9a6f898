import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRedactor, rules } from "../../src/redaction/redactor.ts";
import { samples, surroundings } from "./samples.ts";

const { redact } = createRedactor("mask");

/** What JSON makes of it, once and twice, too: none of it may be left. */
const spellings = (secret: string) =>
  [secret, JSON.stringify(secret).slice(1, -1), JSON.stringify(JSON.stringify(secret)).slice(3, -3)].flatMap(
    (each) => each.split(/\\+n/),
  );

describe.each(Object.entries(surroundings))("in %s", (_place, surround) => {
  it.each(samples)("finds $format", ({ rule, secret, text }) => {
    const redacted = redact(surround(text));
    expect(redacted.findings).toEqual({ [rule]: 1 });
    expect(redacted.text).toContain(`[redacted:${rule}]`);
    for (const spelling of spellings(secret)) expect(redacted.text).not.toContain(spelling);
    expect(redact(redacted.text)).toEqual({ text: redacted.text, findings: {} });
  });
});

it("keeps what stands around a secret", () => {
  for (const { rule, secret, text } of samples) {
    const expected = text.replace(secret, `[redacted:${rule}]`);
    expect(redact(`before ${text} after`).text).toBe(`before ${expected} after`);
  }
});

it("has a sample of every rule", () => {
  const sampled = new Set(samples.map(({ rule }) => rule));
  expect([...sampled].toSorted()).toEqual([...new Set(rules.map(({ name }) => name))].toSorted());
});

it("counts every secret of a text", () => {
  const text = samples.map((sample) => sample.text).join("\n");
  const { findings } = redact(text);
  const counted = Object.values(findings).reduce((sum, count) => sum + count, 0);
  expect(counted).toBe(samples.length);
});

it("changes nothing when it is applied again, whatever stands beside what", () => {
  const pieces = fc.constantFrom(
    ...samples.flatMap(({ text }) => [text, text.slice(0, -3), text.slice(3)]),
    ...[
      " ",
      "\n",
      "\\n",
      '"',
      "=",
      ":",
      "-",
      "/",
      "@",
      ";",
      "<private>",
      "</private>",
      "[redacted:jwt]",
      "密码",
    ],
    ...["password", "API_KEY", "Bearer ", "://", "aB3", "="],
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const once = redact(parts.join("")).text;
      expect(redact(once)).toEqual({ text: once, findings: {} });
    }),
    { numRuns: 2_000 },
  );
});

it.each([
  "[client]\npassword = hunter2\nport = 3306",
  "DB_PASSWORD = hunter2",
  "password: hunter2",
  "  - api_key: a1b2c3d4e5f6",
])("finds what a line of its own assigns: %j", (text) => {
  expect(redact(text).findings).toEqual({ assignment: 1 });
});

describe("a value under a name", () => {
  it.each(["password", "db_password", "apiKey", "client_secret", "AUTH_TOKEN"])(
    "is a secret under %s",
    (name) => {
      expect(redact("tr0ub4dor&3", name)).toEqual({
        text: "[redacted:assignment]",
        findings: { assignment: 1 },
      });
    },
  );

  it.each([
    ["password", "Enter your password"],
    ["password", "string"],
    ["token", "identifier"],
    ["next_token", "oauth2_token"],
    ["max_tokens", "abcdef123456"],
    ["password", "$PASSWORD"],
    ["password", "[redacted:assignment]"],
    ["API_KEY", "your-api-key"],
  ])("is none: %s, %s", (name, value) => {
    expect(redact(value, name)).toEqual({ text: value, findings: {} });
  });
});

describe("text between <private> and </private>", () => {
  const hidden = "[redacted:private]";
  it.each([
    ["a <private>b</private> c", `a ${hidden} c`],
    ["<private>a</private><private>b</private>", hidden + hidden],
    ["a <private>b <private>c</private> d</private> e", `a ${hidden} e`],
    ["a <private>b\nc", `a ${hidden}`],
    ["a </private> b", "a </private> b"],
    ["a <PRIVATE>b</PRIVATE> c", `a ${hidden} c`],
    [String.raw`a \u003cprivate\u003eb\u003c/private\u003e c`, `a ${hidden} c`],
  ])("is hidden: %j", (text, expected) => {
    for (const mode of ["mask", "off", "reject"] as const) {
      expect(createRedactor(mode).redact(text).text).toBe(expected);
    }
  });

  it("is not refused, as a secret is", () => {
    const redactor = createRedactor("reject");
    expect(["private", "jwt"].map((rule) => redactor.refuses(rule))).toEqual([false, true]);
    expect(createRedactor("mask").refuses("jwt")).toBe(false);
  });
});

it("leaves secrets when it is off", () => {
  const { redact } = createRedactor("off");
  for (const { text } of samples) expect(redact(text)).toEqual({ text, findings: {} });
});
