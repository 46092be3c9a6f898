// Each system's recorded words, so that every reader is tested on every system.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as darwin from "../../src/liveness/darwin.ts";
import * as linux from "../../src/liveness/linux.ts";
import * as windows from "../../src/liveness/windows.ts";

const said = (stdout: string, code: number | null = 0) => ({ code, stdout });

describe("Linux", () => {
  const line = (name: string, state: string, flags: number) =>
    `5538 (${name}) ${state} 5532 5532 4954 0 -1 ${flags} 99 0 0 0 0 0 0 0 20 0 1 0 188152 3133440 390 18446744073709551615 0\n`;

  test.each(["cat", "tmux: server", "a) Z 1 (b", "((", "two\nlines", ""])("/proc/PID/stat of %j", (name) => {
    const stat = { name, state: "S", parentPid: 5532, flags: 4194304, startTime: "188152" };
    expect(linux.parseStat(line(name, "S", 4194304))).toEqual(stat);
  });

  test.each<[string, number, string]>([
    ["R", 4194304, "present"],
    ["T", 4194304, "present"],
    ["Z", 4194304, "exited"],
    ["X", 4194304, "exited"],
    ["x", 4194304, "exited"],
    ["R", 4194304 | 0x4, "exited"],
    ["D", 4194304 | 0x4, "exited"],
  ])("state %s with flags %d: %s", (state, flags, expected) => {
    const stat = linux.parseStat(line("node", state, flags));
    expect(stat && linux.processReading(stat).state).toBe(expected);
  });

  test("machine and boot id", () => {
    expect(linux.parseMachineId("3d1219c7c4c5404aaa1f6d2a48adfda4\n")).toBe(
      "3d1219c7c4c5404aaa1f6d2a48adfda4",
    );
    for (const none of ["", "uninitialized\n", `${"0".repeat(32)}\n`])
      expect(linux.parseMachineId(none)).toBeNull();
    expect(linux.parseBootId("834af636-1cc2-4f82-8944-57cb2ba0fb17\n")).toBe(
      "834af636-1cc2-4f82-8944-57cb2ba0fb17",
    );
    expect(linux.parseBootId("")).toBeNull();
  });
});

describe("macOS", () => {
  test.each<[string, object]>([
    ["Ss   Mon Sep 15 10:21:33 2025    \n", { state: "present", startToken: "Mon Sep 15 10:21:33 2025" }],
    ["S+   Fri Oct  3 08:00:01 2025    \n", { state: "present", startToken: "Fri Oct  3 08:00:01 2025" }],
    ["T    Fri Oct  3 08:00:01 2025    \n", { state: "present", startToken: "Fri Oct  3 08:00:01 2025" }],
    ["Z    Fri Oct  3 08:00:01 2025    \n", { state: "exited" }],
    ["?E   Fri Oct  3 08:00:01 2025    \n", { state: "exited" }],
    ["UEs  Fri Oct  3 08:00:01 2025    \n", { state: "exited" }],
    ["nonsense\n", { state: "unreadable" }],
  ])("ps says %j", (stdout, facts) => {
    expect(darwin.parseProcess(said(stdout))).toEqual(facts);
  });

  test("ps finds nothing, fails, or did not run", () => {
    expect(darwin.parseProcess(said("", 1))).toEqual({ state: "unreadable" });
    expect(darwin.parseProcess(said("S    Fri Oct  3 08:00:01 2025\n", 1))).toEqual({ state: "unreadable" });
    expect(darwin.parseProcess(said("", null))).toEqual({ state: "unreadable" });
  });

  test("machine and boot id", () => {
    const ioreg = `+-o J314sAP  <class IOPlatformExpertDevice, id 0x100000229, registered, matched, active>
    {
      "IOPlatformSerialNumber" = "XXXXXXXXXX"
      "IOPlatformUUID" = "0F6F6B6E-2A0C-5A5B-9B61-1E3C5C0F8D11"
      "model" = <"MacBookPro18,3">
    }\n`;
    expect(darwin.parsePlatformUuid(ioreg)).toBe("0F6F6B6E-2A0C-5A5B-9B61-1E3C5C0F8D11");
    expect(darwin.parsePlatformUuid("")).toBeNull();
    const session = "6C0E3C3E-6E0B-4E0A-9B7A-0C4B4A4F7A55";
    expect(darwin.parseBootSession(`${session}\n`)).toBe(session);
    expect(darwin.parseBootSession("")).toBeNull();
  });

  test("ancestors", () => {
    expect(darwin.parseAncestor(said("  501 npm exec backstory   \n"))).toEqual({
      parentPid: 501,
      command: ["npm exec backstory"],
    });
    expect(darwin.parseAncestor(said("", 1))).toBeNull();
  });
});

describe("Windows", () => {
  test.each<[string, number | null, object]>([
    ["2025-10-03T08:00:01.1234560Z\r\n", 0, { state: "present", startToken: "2025-10-03T08:00:01.1234560Z" }],
    ["2025-10-03T08:00:01.1234560Z\r\n", 1, { state: "unreadable" }],
    ["", 0, { state: "unreadable" }],
    ["", 1, { state: "unreadable" }],
    ["", null, { state: "unreadable" }],
  ])("PowerShell says %j, exit code %j", (stdout, code, facts) => {
    expect(windows.parseProcess(said(stdout, code))).toEqual(facts);
  });

  test("machine guid", () => {
    const key = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Cryptography";
    const guid = "5f0d9d1e-7a54-4a53-8d5b-3a1f6c1f2b77";
    expect(windows.parseMachineGuid(`\r\n${key}\r\n    MachineGuid    REG_SZ    ${guid}\r\n\r\n`)).toBe(guid);
    expect(
      windows.parseMachineGuid("ERROR: The system was unable to find the specified registry key.\r\n"),
    ).toBeNull();
  });

  test("the table of processes, with withheld command lines and start times", () => {
    const started = "2025-10-03T08:00:01.1234560Z";
    const rows = [
      { ProcessId: 4, ParentProcessId: 0, Name: "System", CommandLine: null, Started: null },
      {
        ProcessId: 812,
        ParentProcessId: 4,
        Name: "cmd.exe",
        CommandLine: "cmd.exe /c npx backstory",
        Started: started,
      },
      { ProcessId: "no" },
    ];
    const table = windows.parseTable(`${JSON.stringify(rows)}\r\n`);
    expect([...table]).toEqual([
      [4, { parentPid: 0, command: ["System"] }],
      [812, { parentPid: 4, command: ["cmd.exe /c npx backstory"], startedAt: started }],
    ]);
    expect(windows.parseTable(JSON.stringify(rows[0])).size).toBe(1);
  });
});

test("no reader throws, whatever the system says", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.constantFrom(0, 1, null), (text, code) => {
      linux.parseStat(text);
      linux.parseStat(`1 (${text}) ${text}`);
      linux.parseMachineId(text);
      linux.parseBootId(text);
      darwin.parsePlatformUuid(text);
      darwin.parseBootSession(text);
      darwin.parseProcess(said(text, code));
      darwin.parseAncestor(said(text, code));
      windows.parseMachineGuid(text);
      windows.parseProcess(said(text, code));
      windows.parseTable(text);
      windows.parseTable(JSON.stringify([text, { ProcessId: text }, null]));
    }),
  );
});
