// `backstory resume`: where the latest session of a directory stopped.
import { toResumePage } from "../resume/brief-pages.ts";
import { briefChars, toBrief } from "../resume/to-brief.ts";
import { readFacts, resumeSession } from "../tools/resume_session.ts";
import { type PrintSettings, print, resultOf } from "./print.ts";

export interface ResumeSettings extends PrintSettings {
  directory?: string;
}

/** `session`: else the latest of the directory. */
export function resume(session: string | undefined, settings: ResumeSettings): Promise<void> {
  const { directory } = settings;
  return print(settings, {
    page: async (context) => toResumePage(toBrief(await readFacts(session, directory, context), briefChars)),
    results: (context) => resultOf(resumeSession, { session_id: session, directory }, context),
  });
}
