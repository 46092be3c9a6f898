// Where a store lies: a directory that nobody else can change, a file that nobody else can read. Opens no database.
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { StoreError } from "../errors.ts";
import { makeFolders } from "../folders.ts";
import { notOurs, readOnly } from "./errors.ts";

const writableByGroup = 0o020;
const writableByAll = 0o002;
const sticky = 0o1000;

// What SQLite keeps beside a file, under its real name.
const besideIt = ["", "-wal", "-shm", "-journal"];

/**
 * Makes the file, 0600 in a directory of 0700 whatever the umask: SQLite would make it with the umask's mode, and gives
 * its log the mode of the file. Refuses a directory that others own or can write in.
 */
export function prepareFile(file: string): void {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isDirectory()) throw notOurs(file, "it is a directory");
    if (found && !found.isFile()) throw notOurs(file, "it is not a regular file");
    if (!found) makeFolders(dirname(file), 0o700);
    refuseForeignPlace(file);
    // SQLite would open it for reading, and leave a write-protected -shm beside it that outlives the protection.
    if (found) accessSync(file, constants.W_OK);
    else makeFile(file);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EEXIST" && statSync(file, { throwIfNoEntry: false })?.isFile()) return;
    throw unableToCreate(file, error as NodeJS.ErrnoException);
  }
}

/** The folder of a file that is to be put there whole; returns the file's own path, where a link leads to it. */
export function preparePlace(file: string): string {
  try {
    const real = targetOf(file);
    makeFolders(dirname(real), 0o700);
    refuseForeignPlace(real);
    return real;
  } catch (error) {
    throw error instanceof StoreError ? error : unableToCreate(file, error as NodeJS.ErrnoException);
  }
}

/** An empty one, which must not be there yet. */
export function makeFile(file: string): void {
  const made = openSync(file, "wx", 0o600);
  try {
    // A umask may take our own rights away too.
    fchmodSync(made, 0o600);
  } finally {
    closeSync(made);
  }
}

/** A power cut from now on leaves the folder's files under their names. Windows cannot, and need not. */
export function syncFolderOf(file: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(dirname(file), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function refuseForeignPlace(file: string): void {
  const directory = realpathSync(dirname(existingOr(file)));
  const why = whyNotPrivate(statSync(directory), directory, file);
  if (why === null) return;
  throw new StoreError(
    "invalid_state",
    `${why}: what agents record there would not be safe. Nothing was opened.`,
    `If the directory is to be yours: chown and chmod 700 "${directory}". Or choose a file in one that is, with --db or BACKSTORY_DB.`,
  );
}

/** Where a link leads, to a file or to where one is to be. */
function targetOf(file: string): string {
  const isLink = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  const isThere = statSync(file, { throwIfNoEntry: false }) !== undefined;
  return isLink && !isThere ? resolve(realpathSync(dirname(file)), readlinkSync(file)) : existingOr(file);
}

/** The file that a link leads to, if it leads to one. */
function existingOr(file: string): string {
  return statSync(file, { throwIfNoEntry: false }) ? realpathSync(file) : file;
}

/** Null: it is ours. The system's owner could read everything anyway; Windows has no owners of this kind. */
function whyNotPrivate(place: Stats, directory: string, file: string): string | null {
  const self = process.geteuid?.();
  if (self === undefined) return null;
  if (place.uid !== self && place.uid !== 0) {
    return `The directory ${directory} belongs to another user (uid ${place.uid})`;
  }
  if ((place.mode & writableByAll) === 0) return null;
  // As in /tmp: nobody else can rename or delete what is ours, but anybody can have put something there before us.
  if ((place.mode & sticky) === 0) return `Every user can write in the directory ${directory}`;
  const foreign = filesOf(file).find(([, { uid }]) => uid !== self);
  return foreign === undefined ? null : `${foreign[0]} belongs to another user (uid ${foreign[1].uid})`;
}

function filesOf(file: string): [path: string, stats: Stats][] {
  const real = existingOr(file);
  return besideIt.flatMap((suffix) => {
    const stats = statSync(real + suffix, { throwIfNoEntry: false });
    return stats === undefined ? [] : [[real + suffix, stats] as [string, Stats]];
  });
}

/** What others could do here, in sentences, each with what to do about it; for who only looks. */
export function findExposure(file: string): { found: string; advice: string; failing: boolean }[] {
  if (process.geteuid === undefined) return [];
  const real = realpathSync(file);
  const directory = dirname(real);
  const place = statSync(directory);
  const why = whyNotPrivate(place, directory, file);
  const exposed: ReturnType<typeof findExposure> = [];
  if (why !== null) {
    const advice = `chown and chmod 700 "${directory}", or move the store: servers refuse it there.`;
    exposed.push({ found: `${why}.`, advice, failing: true });
  } else if ((place.mode & writableByAll) !== 0) {
    const found = `Every user can put files into ${directory}.`;
    exposed.push({ found, advice: "Move the store into a directory of your own.", failing: false });
  } else if ((place.mode & writableByGroup) !== 0) {
    const found = `The group of ${directory} can write in it.`;
    exposed.push({ found, advice: `If others are in that group: chmod 700 "${directory}".`, failing: false });
  }
  // The others get their mode from the first.
  const open = filesOf(file).find(([, { mode }]) => (mode & 0o077) !== 0);
  if (open !== undefined) {
    const [path, { mode }] = open;
    const found = `Other users have rights to ${path} (mode 0${(mode & 0o777).toString(8)}).`;
    exposed.push({ found, advice: `chmod 600 "${path}"`, failing: true });
  }
  return exposed;
}

/** What the system said → what a person can do. */
export function unableToCreate(file: string, error: NodeJS.ErrnoException): StoreError {
  if (error.code === "EROFS" || error.code === "EACCES" || error.code === "EPERM") {
    return readOnly(file, { cause: error });
  }
  if (error.code === "ENOSPC" || error.code === "EDQUOT") {
    return new StoreError(
      "disk_full",
      `There is no space to create ${file}.`,
      "Free some space and call again: no restart is needed.",
      { cause: error },
    );
  }
  return new StoreError(
    "invalid_input",
    `${file} cannot be created (${error.code ?? error.message}).`,
    "Choose another file with --db or BACKSTORY_DB.",
    { cause: error },
  );
}
