// Transcripts of real hosts, which are not part of this repository, counted a second time by a plain reading of their JSON.
// Visibly skipped where they are not beside the checkout.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Reading, readPath, sumTokens } from "./read-host.ts";

const places = [
  process.env.BACKSTORY_SAMPLES ?? "",
  join(import.meta.dirname, "..", "..", "..", "shared", "data", "transcripts"),
];
const samples = places.find((place) => place !== "" && existsSync(place));
const sample = (...path: string[]) => join(samples ?? "", ...path);

/** JSON of another program, read as plainly as can be. */
type Json = ReturnType<typeof JSON.parse>;

function plainLines(path: string): Json[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        const value = JSON.parse(line);
        return value !== null && typeof value === "object" && !Array.isArray(value) ? [value] : [];
      } catch {
        return [];
      }
    });
}

const said = ({ events }: Reading, author: string) =>
  events.filter((event) => event.author === author && event.type !== "reasoning" && event.content !== null);
const calls = ({ events }: Reading) => events.flatMap(({ actions }) => actions);

describe.skipIf(samples === undefined)("Claude Code's samples", () => {
  it.each(["crud", "edge_cases", "representative_messages", "todowrite_examples"])("%s", async (name) => {
    const path = sample("claude-code", `${name}.jsonl`);
    const reading = await readPath(path);
    const lines = plainLines(path).filter(({ message }) => message !== null && typeof message === "object");
    const blocks = (type: string, block: string) =>
      lines
        .filter((line) => line.type === type && Array.isArray(line.message.content))
        .flatMap((line) => line.message.content.filter((item: Json) => item?.type === block));
    const strings = lines.filter((line) => line.type === "user" && typeof line.message.content === "string");
    const results = blocks("user", "tool_result");

    expect(said(reading, "user")).toHaveLength(blocks("user", "text").length + strings.length);
    expect(said(reading, "assistant").map(({ content }) => content)).toEqual(
      blocks("assistant", "text").map(({ text }) => text),
    );
    expect(calls(reading).map(({ callId, toolName, input }) => [callId, toolName, input])).toEqual(
      blocks("assistant", "tool_use").map(({ id, name: tool, input }) => [id, tool, input]),
    );
    expect(
      reading.outcomes.map(({ callId, status, output, error }) => [callId, status, output ?? error]),
    ).toEqual(
      results.map((result: Json) => [
        result.tool_use_id,
        result.is_error === true ? "error" : "completed",
        result.content,
      ]),
    );
    expect(reading.records.filter(({ kind }) => kind === "todos")).toHaveLength(
      blocks("assistant", "tool_use").filter(({ name: tool }: Json) => tool === "TodoWrite").length,
    );
    const usage = new Map<string, Json>();
    for (const line of lines) if (line.type === "assistant") usage.set(line.message.id, line.message.usage);
    const sum = (key: string) => [...usage.values()].reduce((total, one) => total + (one[key] ?? 0), 0);
    expect(sumTokens(reading.events)).toEqual({
      input: sum("input_tokens"),
      output: sum("output_tokens"),
      reasoning: 0,
      cacheRead: sum("cache_read_input_tokens"),
      cacheWrite: sum("cache_creation_input_tokens"),
    });
    expect(reading.sessions[0]).toMatchObject({ id: lines[0].sessionId, directory: lines[0].cwd });
    expect(reading.events[0]?.createdAt).toBe(Date.parse(lines[0].timestamp));
  });

  it("skips with reasons what is broken in the edge cases", async () => {
    const { skipped } = await readPath(sample("claude-code", "edge_cases.jsonl"));
    expect(skipped).toEqual({ "unknown type": 4, "no content": 3 });
  });
});

describe.skipIf(samples === undefined)("Codex's sample", () => {
  it("crud", async () => {
    const path = sample("codex", "crud.jsonl");
    const reading = await readPath(path);
    const lines = plainLines(path);
    const items = (...types: string[]) =>
      lines.flatMap(({ type, payload }) =>
        type === "response_item" && types.includes(payload.type) ? [payload] : [],
      );
    const messages = (type: string) =>
      lines.flatMap(({ payload }) => (payload.type === type ? [payload.message ?? payload.text] : []));
    const totals = lines.flatMap(({ payload }) => payload.info?.total_token_usage ?? []).at(-1);

    expect(said(reading, "user").map(({ content }) => content)).toEqual(messages("user_message"));
    expect(said(reading, "assistant").map(({ content }) => content)).toEqual(messages("agent_message"));
    expect(reading.events.flatMap(({ reasoning }) => reasoning ?? [])).toEqual(messages("agent_reasoning"));
    expect(calls(reading).map(({ callId, toolName }) => [callId, toolName])).toEqual(
      items("function_call", "custom_tool_call").map(({ call_id, name }) => [call_id, name]),
    );
    expect(reading.outcomes.map(({ callId, status }) => [callId, status])).toEqual(
      items("function_call_output", "custom_tool_call_output").map(({ call_id }) => [call_id, "completed"]),
    );
    expect(sumTokens(reading.events)).toEqual({
      input: totals.input_tokens - totals.cached_input_tokens,
      cacheRead: totals.cached_input_tokens,
      output: totals.output_tokens,
      reasoning: totals.reasoning_output_tokens,
      cacheWrite: 0,
    });
    const meta = lines[0].payload;
    expect(reading.sessions[0]).toMatchObject({
      id: meta.id,
      directory: meta.cwd,
      createdAt: Date.parse(meta.timestamp),
    });
    expect(Object.keys(reading.skipped)).toEqual(["expected"]);
  });
});

describe.skipIf(samples === undefined)("opencode's sample", () => {
  it("crud", async () => {
    const path = sample("opencode", "crud.json");
    const reading = await readPath(path);
    const { info, messages }: Json = JSON.parse(readFileSync(path, "utf8"));
    const parts = (role: string, type: string) =>
      messages.flatMap((message: Json) =>
        message.info.role === role ? message.parts.filter((part: Json) => part.type === type) : [],
      );
    const sum = (pick: (tokens: Json) => number) =>
      messages.reduce(
        (total: number, message: Json) => total + (message.info.tokens ? pick(message.info.tokens) : 0),
        0,
      );
    const texts = (role: string) => parts(role, "text").map(({ text }: Json) => text);

    expect(said(reading, "user").map(({ content }) => content)).toEqual(texts("user"));
    expect(
      reading.events.filter(({ type, author }) => type === "message" && author === "assistant"),
    ).toMatchObject(texts("assistant").map((content: string) => ({ content })));
    expect(
      calls(reading).map(({ callId, toolName, status, input, output }) => [
        callId,
        toolName,
        status,
        input,
        output,
      ]),
    ).toEqual(
      parts("assistant", "tool").map(({ callID, tool, state }: Json) => [
        callID,
        tool,
        state.status,
        state.input,
        state.output,
      ]),
    );
    expect(sumTokens(reading.events)).toEqual({
      input: sum(({ input }) => input),
      output: sum(({ output }) => output),
      reasoning: sum(({ reasoning }) => reasoning),
      cacheRead: sum(({ cache }) => cache.read),
      cacheWrite: sum(({ cache }) => cache.write),
    });
    expect(reading.sessions[0]).toMatchObject({ id: info.id, directory: info.directory, title: info.title });
    expect(Object.keys(reading.skipped)).toEqual(["expected"]);
  });
});

describe.skipIf(samples === undefined)("the same task on three hosts", () => {
  const paths = [
    ["claude-code", "crud.jsonl"],
    ["codex", "crud.jsonl"],
    ["opencode", "crud.json"],
  ];

  it.each(paths)("is on %s the same in what must agree", async (...path) => {
    const reading = await readPath(sample(...path));
    const [first] = reading.events;
    const last = reading.events.findLast(({ type }) => type === "message");
    const times = reading.events.map(({ createdAt }) => createdAt ?? 0);
    const ended = new Set([
      ...reading.outcomes.filter(({ status }) => status === "completed").map(({ callId }) => callId),
      ...calls(reading)
        .filter(({ status }) => status === "completed")
        .map(({ callId }) => callId),
    ]);
    // One request, of all events the first; one session in one directory.
    expect(said(reading, "user")).toEqual([first]);
    expect(first?.content).toMatch(/^create a file `?JOKE\.md`? with a ran/);
    expect(new Set(reading.events.map(({ sessionId }) => sessionId)).size).toBe(1);
    expect(reading.sessions[0]?.directory).toMatch(/^\/Users\/philipp\/dev\//);
    // Four steps on the file, each a call that went well; whatever else the agent does, a plan of it is not one.
    const steps = calls(reading).filter(({ toolName }) => toolName !== "TodoWrite");
    expect(steps).toHaveLength(4);
    expect(steps.every(({ input }) => JSON.stringify(input).includes("JOKE.md"))).toBe(true);
    expect(calls(reading).every(({ callId }) => ended.has(callId))).toBe(true);
    expect(JSON.stringify(steps[3]?.input)).toMatch(/rm |Delete File/);
    // One turn, that ends with an answer which says so.
    expect(new Set(reading.events.map(({ turnId }) => turnId))).toEqual(new Set([first?.turnId]));
    expect(last?.author).toBe("assistant");
    expect(last?.content).toMatch(/deleted/i);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(reading.events.every(({ model, author }) => author !== "assistant" || model !== null)).toBe(true);
    const { input = 0, cacheRead = 0, output = 0 } = sumTokens(reading.events);
    expect(Math.min(input, cacheRead, output)).toBeGreaterThan(0);
    expect(reading.skipped).toEqual({ expected: expect.any(Number) });
  });
});
