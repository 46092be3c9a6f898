// `npm run lock`, after every `npm install`: puts into package-lock.json what npm leaves out, and `npm ci` needs on
// machines unlike the one that wrote it. test/package/lock.test.ts says what that is.
import { readFileSync, writeFileSync } from "node:fs";

interface LockedPackage {
  version: string;
  license?: string | undefined;
  engines?: Record<string, string> | undefined;
  optionalDependencies?: Record<string, string>;
  [field: string]: unknown;
}

const systems = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"];

/** A platform's package as npm would have locked it, but without its checksum: npm then asks the registry for it. */
function platformPackage(name: string, version: string, { license, engines }: LockedPackage): LockedPackage {
  // "@biomejs/cli-linux-x64-musl", "@oxc-parser/binding-win32-arm64-msvc"
  const parts = name.replace(/^.*\/[a-z]+-/, "").split("-");
  const [os = "", cpu = ""] = parts;
  if (!systems.includes(os)) throw new Error(`${name}: which platform is that for?`);
  const libc = parts.some((part) => part.startsWith("musl")) ? "musl" : "glibc";
  const fields = { version, cpu: [cpu], dev: true, license, optional: true, os: [os], engines };
  return os === "linux" ? { ...fields, libc: [libc] } : fields;
}

const file = "package-lock.json";
const lock = JSON.parse(readFileSync(file, "utf8"));
const packages: Record<string, LockedPackage> = lock.packages;
for (const [path, entry] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const top = `node_modules/${name}`;
    if (!(`${path}/${top}` in packages || top in packages)) {
      packages[top] = platformPackage(name, version, entry);
    }
  }
}
const sqlite = packages["node_modules/better-sqlite3"];
if (sqlite) sqlite.gypfile = false;
lock.packages = Object.fromEntries(Object.entries(packages).toSorted(([a], [b]) => a.localeCompare(b, "en")));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
