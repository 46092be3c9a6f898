// `backstory watch`: follows the transcripts of running hosts, until it is ended.
import { watchTranscripts } from "../capture/watch.ts";
import { createProber } from "../liveness/prober.ts";
import { escapeControls } from "../resume/escape.ts";
import { chosen, environment } from "./import.ts";
import { describeCounts } from "./import-page.ts";
import { openStoreOf } from "./open-store.ts";
import { reportError } from "./print.ts";
import type { Settings } from "./settings.ts";

export interface WatchSettings extends Settings {
  host?: string;
}

/** Says on stderr what comes in. */
export async function watchPaths(paths: readonly string[], settings: WatchSettings): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => stop.abort());
  const say = (text: string) => process.stderr.write(`${new Date().toISOString()} ${escapeControls(text)}\n`);
  try {
    const store = await openStoreOf(settings, createProber(), { info() {}, warn() {} });
    try {
      say("watching; end it with Ctrl-C");
      await watchTranscripts({
        captures: store.captures,
        storeFile: store.file,
        hosts: chosen(settings.host),
        environment: environment(),
        paths,
        since: null,
        dryRun: false,
        includeDeleted: false,
        client: "backstory",
        signal: stop.signal,
        onProgress() {},
        onTaken: (summary) => say(`took in ${describeCounts(summary)}`),
        onFailed: (error) => say(error instanceof Error ? error.message : String(error)),
      });
    } finally {
      await store.close();
    }
  } catch (error) {
    reportError(error);
  }
}
