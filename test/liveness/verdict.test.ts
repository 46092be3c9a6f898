import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ProcessIdentity, Verdict } from "../../src/db/process.ts";
import type { MachineFacts, ProcessFacts } from "../../src/liveness/facts.ts";
import { judgePlace, judgeProcess } from "../../src/liveness/verdict.ts";

const here: MachineFacts = { machineId: "m", bootId: "b", pidNamespace: "n" };
const then: ProcessIdentity = { ...here, pid: 4711, startToken: "99" };

function judge(identity: ProcessIdentity, machine: MachineFacts, facts: ProcessFacts): Verdict {
  return judgePlace(identity, machine) ?? judgeProcess(identity, facts);
}

const gone: ProcessFacts = { state: "gone" };

describe("the place, in this order", () => {
  test.each<[string, Partial<MachineFacts>, Verdict["state"], string]>([
    [
      "another machine",
      { machineId: "x", bootId: "x", pidNamespace: "x" },
      "unknown",
      "recorded on another machine",
    ],
    ["another boot", { bootId: "x", pidNamespace: "x" }, "dead", "the machine has been restarted since"],
    ["another pid namespace", { pidNamespace: "x" }, "unknown", "recorded in another pid namespace"],
    [
      "a pid namespace known on one side",
      { pidNamespace: null },
      "unknown",
      "it cannot be told whether it was recorded in this pid namespace",
    ],
    [
      "no machine id and another boot",
      { machineId: null, bootId: "x" },
      "unknown",
      "it cannot be told whether it was recorded on this machine",
    ],
    [
      "no machine id and no boot id",
      { machineId: null, bootId: null },
      "unknown",
      "it cannot be told whether it was recorded on this machine",
    ],
  ])("%s", (_, difference, state, evidence) => {
    expect(judge({ ...then, ...difference }, here, gone)).toEqual({ state, evidence });
    expect(judge(then, { ...here, ...difference }, gone)).toEqual({ state, evidence });
  });

  test("without a machine id the same boot is proof of the same machine", () => {
    expect(judge({ ...then, machineId: null }, { ...here, machineId: null }, gone).state).toBe("dead");
    expect(judge(then, { ...here, machineId: null }, gone).state).toBe("dead");
  });

  test("a boot that cannot be compared is no difference", () => {
    const present: ProcessFacts = { state: "present", startToken: "99" };
    expect(judge({ ...then, bootId: null }, here, present)).toEqual({ state: "alive" });
    expect(judge(then, { ...here, bootId: null }, gone).state).toBe("dead");
  });
});

describe("the process", () => {
  test.each<[ProcessFacts, Verdict]>([
    [gone, { state: "dead", evidence: "no process has pid 4711" }],
    [
      { state: "exited" },
      { state: "dead", evidence: "pid 4711 has exited, its entry is about to be removed" },
    ],
    [
      { state: "unreadable" },
      { state: "unknown", evidence: "pid 4711 is in use by a process that cannot be read" },
    ],
    [{ state: "present", startToken: "99" }, { state: "alive" }],
    [
      { state: "present", startToken: "123" },
      {
        state: "dead",
        evidence: "pid 4711 now belongs to another process (it started at 123, the run's at 99)",
      },
    ],
  ])("%o", (facts, verdict) => {
    expect(judge(then, here, facts)).toEqual(verdict);
  });

  test("there, but its start was never recorded", () => {
    const verdict = judge({ ...then, startToken: null }, here, { state: "present", startToken: "123" });
    expect(verdict).toMatchObject({ state: "unknown", evidence: expect.stringContaining("not recorded") });
  });
});

test("dead is only said with proof: the same machine, and its boot, its pid or its start differ", () => {
  const part = fc.constantFrom("m", "b", "n", "x", null);
  const place = fc.record({ machineId: part, bootId: part, pidNamespace: part });
  const facts: fc.Arbitrary<ProcessFacts> = fc.constantFrom<ProcessFacts>(
    gone,
    { state: "exited" },
    { state: "unreadable" },
    { state: "present", startToken: "99" },
    { state: "present", startToken: "1" },
  );
  fc.assert(
    fc.property(place, place, fc.constantFrom("99", null), facts, (recorded, now, startToken, process) => {
      const verdict = judge({ ...recorded, pid: 7, startToken }, now, process);
      const sameMachine = recorded.machineId !== null && recorded.machineId === now.machineId;
      const sameBoot = recorded.bootId !== null && recorded.bootId === now.bootId;
      if (verdict.state === "dead") expect(sameMachine || sameBoot).toBe(true);
      if (verdict.state === "alive") {
        expect(process).toEqual({ state: "present", startToken });
        expect(recorded.pidNamespace).toBe(now.pidNamespace);
      }
    }),
    { numRuns: 2000 },
  );
});
