// What `backstory doctor` says of who else could read the store, or put another in its place.
import { realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { findExposure } from "../db/sqlite/place.ts";
import type { Check, Place } from "./check.ts";

export function checkPlace({ file }: Place): Check {
  const name = "permissions";
  const real = realpathSync(file);
  const exposed = findExposure(file);
  if (exposed.length === 0) {
    const [own, folder] = [real, dirname(real)].map((path) => (statSync(path).mode & 0o777).toString(8));
    const found =
      process.platform === "win32"
        ? `It lies in ${dirname(real)}.`
        : `${real} has mode 0${own}, its directory 0${folder}.`;
    return { name, ok: true, found };
  }
  const ok = !exposed.some(({ failing }) => failing);
  const found = exposed.map((each) => each.found).join(" ");
  const advice = [...new Set(exposed.map((each) => each.advice))].join(" ");
  return { name, ok, ...(ok && { warning: true }), found, advice };
}
