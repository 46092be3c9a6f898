// The ProcessProber of this machine: asks the platform's reader, and lets verdict.ts judge.
// Must not know what a run is.
import { createHmac } from "node:crypto";
import type { ProcessIdentity, ProcessProber, Verdict } from "../db/process.ts";
import type { MachineFacts, PlatformReader, ProcessFacts } from "./facts.ts";
import { isPid, platformReader } from "./platform.ts";
import { judgePlace, judgeProcess } from "./verdict.ts";

/**
 * Neither method throws or rejects. Facts about the machine are read once, at the first question.
 * A pid that is not a whole number from 1 up has no start token and is always `unknown`.
 * @param platform as in `process.platform`; on one we cannot read, nothing is ever called dead.
 */
export function createProber(platform: string = process.platform): ProcessProber {
  const reader = platformReader(platform);
  return reader === null ? blindProber(platform) : proberOf(reader);
}

function proberOf(reader: PlatformReader): ProcessProber {
  let machine: Promise<MachineFacts> | undefined;
  const readMachine = () => {
    machine ??= reader.readMachine().then(withoutSerial);
    return machine;
  };
  return {
    async identify(pid): Promise<ProcessIdentity> {
      const now: ProcessFacts = isPid(pid) ? await readProcess(reader, pid) : { state: "unreadable" };
      const startToken = now.state === "present" ? now.startToken : null;
      return { ...(await readMachine()), pid, startToken };
    },
    async probe(identity): Promise<Verdict> {
      const { pid } = identity;
      if (!isPid(pid)) return { state: "unknown", evidence: `${pid} is not a process id` };
      const elsewhere = judgePlace(identity, await readMachine());
      return elsewhere ?? judgeProcess(identity, await readProcess(reader, pid));
    },
  };
}

/**
 * Only kill(2) is believed when it comes to being gone: a /proc mounted with hidepid=2 has no entry for other
 * users' processes, proc(5). It is asked first because two of the readers have to start a program, and again
 * because the process may end while they do.
 */
async function readProcess(reader: PlatformReader, pid: number): Promise<ProcessFacts> {
  if (!answersSignal(pid)) return { state: "gone" };
  const reading = await reader.readProcess(pid);
  return reading.state === "unreadable" && !answersSignal(pid) ? { state: "gone" } : reading;
}

/** Any error but "no such process" means that there is one. */
function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** machine-id(5) asks that the id itself stay on the machine; a file of sessions may be carried elsewhere. */
function withoutSerial(facts: MachineFacts): MachineFacts {
  if (facts.machineId === null) return facts;
  const digest = createHmac("sha256", facts.machineId).update("backstory").digest("hex");
  return { ...facts, machineId: digest.slice(0, 32) };
}

function blindProber(platform: string): ProcessProber {
  const evidence = `processes cannot be checked on ${platform}`;
  return {
    identify: async (pid) => ({ machineId: null, bootId: null, pidNamespace: null, pid, startToken: null }),
    probe: async () => ({ state: "unknown", evidence }),
  };
}
