// A progress bar on a terminal, and nothing elsewhere.
import { basename } from "node:path";
import { SingleBar } from "cli-progress";
import { oneLine } from "../resume/page.ts";

export interface Progress {
  update(done: { bytes: number; total: number; path: string }): void;
  end(): void;
}

const megabyte = 1024 * 1024;
const longestName = 40;

export function showProgress(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { update() {}, end() {} };
  const bar = new SingleBar({
    stream,
    format: "{bar} {percentage} % | {value} of {total} MB | {eta_formatted} left | {name}",
    clearOnComplete: true,
    hideCursor: true,
  });
  let started = false;
  return {
    update({ bytes, total, path }) {
      if (!started) bar.start(toMegabytes(total), 0, { name: "" });
      started = true;
      bar.update(toMegabytes(bytes), { name: oneLine(basename(path)).slice(0, longestName) });
    },
    end: () => bar.stop(),
  };
}

function toMegabytes(bytes: number): number {
  return Math.round((bytes / megabyte) * 10) / 10;
}
