// What `npm ci` needs of the lock file, on machines unlike the one that wrote it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

interface LockedPackage {
  gypfile?: boolean;
  optionalDependencies?: Record<string, string>;
}

const file = join(import.meta.dirname, "..", "..", "package-lock.json");
const { packages } = JSON.parse(readFileSync(file, "utf8")) as { packages: Record<string, LockedPackage> };

// better-sqlite3 ships its binaries and says "gypfile": false, and npm forgets that when it writes the lock file
// (npm/cli#9837): `npm ci` then compiles, with Python, a compiler and a download. npm heeds the field where it finds it,
// so `npm run lock` puts it back after every `npm install`.
it("keeps npm from compiling better-sqlite3", () => {
  expect(packages["node_modules/better-sqlite3"]).toMatchObject({ gypfile: false });
});

// Where a platform's package is not to be had, npm leaves it out of the lock file, and `npm ci` refuses the whole: `npm run lock` writes them.
it("has every platform's packages", () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`${path}/node_modules/${name}` in packages || `node_modules/${name}` in packages),
    ),
  );
  expect(missing).toEqual([]);
});
