import { expect, it } from "vitest";
import { limits } from "../../src/db/limits.ts";
import { boundEvent, boundMetadata, boundOutput } from "../../src/hosts/bounds.ts";
import type { JsonValue } from "../../src/hosts/host.ts";
import { newAction, newEvent, newOutcome, newSession } from "../../src/hosts/new-records.ts";

const event = (known: object) => newEvent({ sessionId: "s", key: "k", ...known });
const nested = (depth: number): JsonValue => (depth === 0 ? 1 : { in: nested(depth - 1) });

it("leaves alone what is within the limits", () => {
  const short = event({ content: "é".repeat(1000), raw: { a: 1 }, metadata: { b: 2 } });
  expect(boundEvent(short)).toEqual(short);
});

it("cuts each field to what the Store takes, between characters, and names it", () => {
  const bounded = boundEvent(
    event({
      content: "é".repeat(limits.content),
      reasoning: "中".repeat(limits.reasoning),
      error: "e".repeat(limits.text * 2),
      turnId: "t".repeat(2_000),
      raw: { text: "r".repeat(limits.raw) },
      metadata: { text: "m".repeat(limits.metadata) },
      actions: [
        newAction({
          callId: "c",
          toolName: "t",
          input: "i".repeat(limits.actionInput + 1),
          output: nested(100),
        }),
      ],
    }),
  );
  const bytes = (value: unknown) =>
    Buffer.byteLength(typeof value === "string" ? value : JSON.stringify(value));
  expect(bytes(bounded.content)).toBe(limits.content);
  expect(bounded.content).not.toContain("\uFFFD");
  expect(bytes(bounded.reasoning)).toBeLessThanOrEqual(limits.reasoning);
  expect(bytes(bounded.error)).toBe(limits.text);
  expect(bytes(bounded.turnId)).toBe(limits.name);
  expect(bytes(bounded.raw)).toBeLessThanOrEqual(limits.raw);
  expect(bytes(bounded.actions[0]?.input)).toBeLessThanOrEqual(limits.actionInput);
  expect(JSON.stringify(bounded.actions[0]?.output)).toContain("[nested too deep]");
  expect(bounded.metadata?.truncated).toEqual([
    ...["content", "reasoning", "error", "turn_id", "input", "output", "raw", "metadata"],
  ]);
});

it("keeps at most 100 calls of one event", () => {
  const actions = Array.from({ length: 101 }, (_, index) => newAction({ callId: `${index}`, toolName: "t" }));
  const bounded = boundEvent(event({ actions }));
  expect(bounded.actions).toHaveLength(limits.actionsPerEvent);
  expect(bounded.metadata).toEqual({ truncated: ["actions"] });
});

it("ends an output that was cut with words that say so", () => {
  expect(boundOutput("o".repeat(limits.actionOutput))).toMatch(/o\n\[cut: the output was longer\]$/);
  expect(boundOutput({ a: 1 })).toEqual({ a: 1 });
});

it("drops the largest values of a session's metadata first", () => {
  expect(boundMetadata({ large: "x".repeat(limits.metadata), small: 1 })).toEqual({ small: 1 });
});

it("makes an id of one that is too long, the same for the same", () => {
  const id = "x".repeat(1_000);
  const [one, two] = [event({ key: id, sessionId: id }), event({ key: id, sessionId: id })];
  expect(one.key.length).toBeLessThan(50);
  expect(one).toEqual(two);
  expect(newOutcome({ sessionId: id, callId: id }).callId).toBe(
    newAction({ callId: id, toolName: "t" }).callId,
  );
  expect(newSession({ id, title: "中".repeat(400), directory: "/d".repeat(4_000) })).toMatchObject({
    id: one.sessionId,
    title: "中".repeat(170),
    directory: null,
  });
});
