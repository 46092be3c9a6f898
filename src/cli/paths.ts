// Where things live on this platform.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const name = "backstory";

/** The database, unless --db or BACKSTORY_DB says otherwise. */
export function defaultDatabase(env = process.env, platform = process.platform): string {
  return join(dataDirectory(env, platform), `${name}.db`);
}

/** The file that a flag or a variable names, else the platform's. */
export function databaseFile(given: string | undefined): string {
  return given === undefined ? defaultDatabase() : resolvePath(given);
}

/** Hosts pass what their configuration says without a shell, which would know the home directory. */
export function resolvePath(given: string): string {
  return resolve(/^~[/\\]/.test(given) ? join(home(), given.slice(2)) : given);
}

/** The root for a user without an entry in the system's list, as containers have them: there --db has to be given. */
function home(): string {
  try {
    return homedir();
  } catch {
    return resolve("/");
  }
}

function dataDirectory(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === "win32") return join(env.LOCALAPPDATA || join(home(), "AppData", "Local"), name);
  if (platform === "darwin") return join(home(), "Library", "Application Support", name);
  // XDG Base Directory Specification.
  return join(env.XDG_DATA_HOME || join(home(), ".local", "share"), name);
}

/** Compiled code, kept so that the next start is quicker. Not in the shared temporary directory: it is executed. */
export function cacheDirectory(env = process.env, platform = process.platform): string {
  if (platform === "win32") return join(dataDirectory(env, platform), "cache");
  if (platform === "darwin") return join(home(), "Library", "Caches", name);
  return join(env.XDG_CACHE_HOME || join(home(), ".cache"), name);
}

/** The package's own folder: we run from dist/ or from src/cli/. */
const packageDirectory = ["..", "../.."]
  .map((up) => fileURLToPath(new URL(up, import.meta.url)))
  .find((directory) => existsSync(join(directory, "package.json"))) as string;

export const migrationsDirectory = join(packageDirectory, "migrations", "sqlite");
