// `backstory resume`: where the latest session of a directory stopped.
import { toResumePage } from "../resume/brief-pages.ts";
import { briefChars, toBrief } from "../resume/to-brief.ts";
import type { ToolContext } from "../tools/define-tool.ts";
import { readFacts, resumeSession } from "../tools/resume_session.ts";
import { type PrintSettings, print, resultOf } from "./print.ts";

export interface ResumeSettings extends PrintSettings {
  directory?: string;
}

/** `session`: else the latest of the directory. */
export function resume(session: string | undefined, settings: ResumeSettings): Promise<void> {
  const { directory } = settings;
  return print(settings, {
    async page(context) {
      await markCrashed(context);
      return toResumePage(toBrief(await readFacts(session, directory, context), briefChars));
    },
    async results(context) {
      await markCrashed(context);
      return resultOf(resumeSession, { session_id: session, directory }, context);
    },
  });
}

/** As a server does when it starts: perhaps none has since the crash. What cannot be marked is shown as it stands. */
async function markCrashed({ store }: ToolContext): Promise<void> {
  await store.markCrashedRuns().catch(() => {});
}
