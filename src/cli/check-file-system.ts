// What `backstory doctor` says of the disk: SQLite's promises rest on locks, on shared memory and on fsync, which file
// systems of other machines and of other programs keep more or less.
import { readFileSync, realpathSync, statfsSync } from "node:fs";
import { dirname, sep } from "node:path";
import { inBytes } from "./bytes.ts";
import type { Check, Place } from "./check.ts";

// Kinds of https://man7.org/linux/man-pages/man5/filesystems.5.html and of what containers and virtual machines mount.
const remote =
  /^(nfs\d?|cifs|smb\d?|smbfs|9p|fuse|fuse\..*|virtiofs|vboxsf|prl_fs|vmhgfs|afs|ceph|glusterfs|lustre|drvfs)$/;
const passing = /^(tmpfs|ramfs)$/;

// Folders whose program copies files away while they are open, and one by one.
const synced =
  /^(Dropbox|OneDrive.*|Google ?Drive|GoogleDrive-.*|iCloud.*|Mobile Documents|CloudStorage|Nextcloud|ownCloud|pCloud.*|Syncthing|Sync|MEGA|Box|Box Sync)$/i;

const littleSpace = 100e6;
const advice =
  "Keep the store on a disk of this machine: backstory --db PATH, or BACKSTORY_DB. docs/promises.md says what is not promised there.";

/** `mounts`: as the system tells them; a test passes its own. */
export function checkFileSystem({ file }: Place, mounts = readMounts()): Check {
  const name = "file system";
  const folder = dirname(realpathSync(file));
  const kind = kindOf(folder, mounts);
  const program = folder.split(sep).find((part) => synced.test(part));
  const found: string[] = [];
  if (kind !== null && remote.test(kind))
    found.push(`The store is on ${kind}, which may not keep locks and fsync as SQLite needs them.`);
  if (kind !== null && passing.test(kind))
    found.push(`The store is on ${kind}: it is gone with the next restart.`);
  if (program !== undefined)
    found.push(
      `A program seems to synchronise the folder ${program}, and may copy a half-written store, or put an old one back.`,
    );
  const moving = found.length > 0;
  const free = freeBytes(folder);
  if (free < littleSpace) found.push(`Only ${inBytes(free)} are free.`);
  if (found.length > 0) {
    return {
      name,
      ok: true,
      warning: true,
      found: found.join(" "),
      advice: moving ? advice : "Free some space: no restart is needed.",
    };
  }
  return {
    name,
    ok: true,
    found: `${kind ?? "Its kind is not known here"}; ${inBytes(free)} are free.`,
  };
}

/** Null: this system does not say, or not without starting a program. */
export function kindOf(folder: string, table: string): string | null {
  if (folder.startsWith("\\\\")) return "smb";
  let found: { point: string; kind: string } | null = null;
  for (const line of table.split("\n")) {
    // https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
    const [before = "", after = ""] = line.split(" - ");
    const point = unescapePath(before.split(" ")[4] ?? "");
    const kind = after.split(" ")[0] ?? "";
    const holds = folder === point || folder.startsWith(point.endsWith("/") ? point : `${point}/`);
    // A later mount over the same point hides the earlier one.
    if (point !== "" && holds && point.length >= (found?.point.length ?? 0)) found = { point, kind };
  }
  return found?.kind ?? null;
}

/** A blank in a path stands there as \040. */
function unescapePath(point: string): string {
  return point.replaceAll(/\\([0-7]{3})/g, (_all, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

function readMounts(): string {
  try {
    return readFileSync("/proc/self/mountinfo", "utf8");
  } catch {
    return "";
  }
}

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
