import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ProcessIdentity } from "../../src/db/process.ts";
import { parseStat, processReading, type Stat } from "../../src/liveness/linux.ts";
import { createProber } from "../../src/liveness/prober.ts";
import { end, idle, onLinux, started, startNode, until } from "./processes.ts";

const prober = createProber();
const isRoot = process.getuid?.() === 0;
const newNamespace = ["-p", "-f", "--mount-proc", "--kill-child"];
const canUnshare = onLinux && spawnSync("unshare", [...newNamespace, "true"]).status === 0;

// Memory to give back stretches the moment between being killed and being a zombie.
const holdingMemory = `globalThis.held = Buffer.alloc(1e8, 1); ${idle}`;

describe.runIf(onLinux)("real processes on Linux", () => {
  test("a running process is alive, and identified in full", async () => {
    const { pid } = await startNode(idle);
    const identity = await prober.identify(pid);
    expect(identity).toEqual({
      machineId: expect.toSatisfy((id) => id === null || /^[0-9a-f]{32}$/.test(id)),
      bootId: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
      pidNamespace: expect.stringMatching(/^pid:\[\d+\]( time:\[\d+\])?$/),
      pid,
      startToken: expect.stringMatching(/^\d+$/),
    });
    expect(await prober.probe(identity)).toEqual({ state: "alive" });
  });

  test("the machine's own id is not handed out", async () => {
    const { machineId } = await prober.identify(process.pid);
    if (machineId !== null) expect(readFileSync("/etc/machine-id", "utf8")).not.toContain(machineId);
  });

  test("a killed process is dead", async () => {
    const { pid, child } = await startNode(idle);
    const identity = await prober.identify(pid);
    await end(child);
    expect(await prober.probe(identity)).toEqual({ state: "dead", evidence: `no process has pid ${pid}` });
  });

  test("a stopped process is alive", async () => {
    const { pid } = await startNode(idle);
    const identity = await prober.identify(pid);
    process.kill(pid, "SIGSTOP");
    await until(() => parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"))?.state === "T");
    expect(await prober.probe(identity)).toEqual({ state: "alive" });
  });

  test("a zombie is dead, though kill(pid, 0) finds it", async () => {
    // The parent never returns to its event loop, so it never collects its child.
    const blocked = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)";
    const script = `const { pid } = require("node:child_process").spawn(process.execPath, ["-e", "${idle}"]);
      require("node:fs").writeSync(1, String(pid)); ${blocked}`;
    const { line } = await started(spawn(process.execPath, ["-e", script]));
    onTestFinished(() => void process.kill(Number(line), "SIGKILL"));
    const identity = await prober.identify(Number(line));
    expect(await prober.probe(identity)).toEqual({ state: "alive" });
    process.kill(identity.pid, "SIGKILL");
    await until(() => parseStat(readFileSync(`/proc/${line}/stat`, "utf8"))?.state === "Z");
    expect(process.kill(identity.pid, 0)).toBe(true);
    expect(await prober.probe(identity)).toMatchObject({
      state: "dead",
      evidence: expect.stringContaining("has exited"),
    });
    expect((await prober.identify(identity.pid)).startToken).toBeNull();
  });

  test("a pid that was used again is dead, and the evidence names both starts", async () => {
    const { pid } = await startNode(idle);
    const now = await prober.identify(pid);
    const verdict = await prober.probe({ ...now, startToken: "99" });
    expect(verdict).toEqual({
      state: "dead",
      evidence: `pid ${pid} now belongs to another process (it started at ${now.startToken}, the run's at 99)`,
    });
  });

  test.skipIf(!isRoot)("another user's process is alive, then dead (skipped unless root)", async () => {
    // The other user may have no way into this checkout, its Node included.
    const shell = spawn("sh", ["-c", "echo up; exec sleep 60"], { uid: 65534, cwd: "/", stdio: "pipe" });
    const { pid, child } = await started(shell);
    const identity = await prober.identify(pid);
    expect(await prober.probe(identity)).toEqual({ state: "alive" });
    await end(child);
    expect((await prober.probe(identity)).state).toBe("dead");
  });

  test.skipIf(!isRoot || !canUnshare)(
    "another user's process behind hidepid=2 is unknown, not dead (skipped unless root and unshare is allowed)",
    async () => {
      const { pid } = await startNode(idle);
      const script = `require("node:child_process").execFileSync("mount", "-t proc -o hidepid=2 proc /proc".split(" "));
        ${useProber(`probe(${JSON.stringify(await prober.identify(pid))})`, becomeNobody)}`;
      const { line } = await started(spawn("unshare", ["-m", process.execPath, "-e", script]));
      const evidence = `pid ${pid} is in use by a process that cannot be read`;
      expect(JSON.parse(line)).toEqual({ state: "unknown", evidence });
    },
  );

  test("another boot is dead", async () => {
    const identity = await prober.identify(process.pid);
    const bootId = "00000000-0000-4000-8000-000000000000";
    const machineId = identity.machineId ?? "m";
    const verdict = await createProber().probe({ ...identity, machineId, bootId });
    const evidence =
      identity.machineId === null ? expect.any(String) : "the machine has been restarted since";
    expect(verdict).toEqual({ state: identity.machineId === null ? "unknown" : "dead", evidence });
  });

  test.skipIf(!canUnshare)(
    "another pid namespace is unknown (skipped where unshare is not allowed)",
    async () => {
      const identity = await identifyInside(newNamespace);
      expect(await prober.probe(identity)).toEqual({
        state: "unknown",
        evidence: "recorded in another pid namespace",
      });
    },
  );

  test.skipIf(!canUnshare)(
    "under an outer namespace's /proc nothing is read (skipped where unshare is not allowed)",
    async () => {
      const identity = await identifyInside(["-p", "-f", "--kill-child"]);
      expect(identity.startToken).toBeNull();
    },
  );

  test("a process that closes its pipe because it was killed is never alive", {
    timeout: 60_000,
  }, async () => {
    const states = new Set<string>();
    for (let round = 0; round < 30; round++) {
      const { pid, child } = await startNode(holdingMemory);
      const identity = await prober.identify(pid);
      expect(identity.startToken).not.toBeNull();
      const closed = new Promise((resolve) => child.stdout?.once("end", resolve));
      child.kill("SIGKILL");
      await closed;
      states.add((await prober.probe(identity)).state);
    }
    expect([...states]).toEqual(["dead"]);
  });

  test("a process seen on its way out, not yet a zombie, has exited", async (context) => {
    for (let round = 0; round < 20; round++) {
      const { pid, child } = await startNode(holdingMemory);
      child.kill("SIGKILL");
      const leaving = watchExit(pid).find((stat) => stat.state !== "Z" && (stat.flags & 0x4) !== 0);
      if (leaving) return expect(processReading(leaving)).toEqual({ state: "exited" });
    }
    context.skip("in 20 rounds none was seen between its last code and being a zombie");
  });
});

/** Every state of a process until it is a zombie; our loop stands still, so nobody collects it. */
function watchExit(pid: number): Stat[] {
  const seen: Stat[] = [];
  do {
    const stat = parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
    if (stat !== null) seen.push(stat);
  } while (seen.at(-1)?.state !== "Z");
  return seen;
}

/** A script that prints what one of a fresh prober's methods returns. */
const becomeNobody = `process.chdir("/"); process.setgroups([]); process.setgid(65534); process.setuid(65534);
  if (require("node:fs").existsSync("/proc/1")) throw new Error("not hidden");`;

function useProber(call: string, first = ""): string {
  const source = JSON.stringify(new URL("../../src/liveness/prober.ts", import.meta.url));
  return `import(${source}).then(async (m) => { ${first} console.log(JSON.stringify(await m.createProber().${call})); })`;
}

/** The identity of a node process that is pid 1 of a new namespace, in its own words. */
async function identifyInside(options: string[]): Promise<ProcessIdentity> {
  const script = useProber("identify(process.pid)");
  const { line } = await started(spawn("unshare", [...options, process.execPath, "-e", script]));
  return JSON.parse(line);
}

test.each([0, -1, 1.5, Number.NaN, 2 ** 31])(
  "%d is no pid: it has no start and stays unknown",
  async (pid) => {
    const identity = await prober.identify(pid);
    expect(identity.startToken).toBeNull();
    const evidence = `${pid} is not a process id`;
    expect(await prober.probe({ ...identity, startToken: "1" })).toEqual({ state: "unknown", evidence });
  },
);

test("on a platform nobody has taught us, nothing is known", async () => {
  const blind = createProber("sunos");
  const identity = { machineId: null, bootId: null, pidNamespace: null, pid: 7, startToken: null };
  expect(await blind.identify(7)).toEqual(identity);
  const evidence = "processes cannot be checked on sunos";
  expect(await blind.probe(identity)).toEqual({ state: "unknown", evidence });
});

test.runIf(onLinux)(
  "a platform whose programs are missing: nothing throws, and nothing is called dead",
  async () => {
    for (const platform of ["darwin", "win32"]) {
      const foreign = createProber(platform);
      const identity = await foreign.identify(process.pid);
      expect(identity.machineId).toBeNull();
      expect((await foreign.probe(identity)).state).toBe("unknown");
    }
  },
);
