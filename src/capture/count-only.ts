// Where a dry run's batches go: counted as the Store would count them, and dropped.
import type {
  CapturedEvent,
  CapturedRecord,
  CaptureStore,
  TakenBatch,
  TakenSession,
} from "../db/captures.ts";
import type { Taker } from "./take-source.ts";

/** What is there already is not known without asking for each event: a transcript is counted from where it was read to. */
export function countOnly(captures: CaptureStore | null): Taker {
  const seen = new Set<string>();
  return {
    getSource: async (host, path) => (await captures?.getSource(host, path)) ?? null,
    async take({ records, workspace }) {
      const sessions = new Map<string, TakenSession>();
      for (const record of records) {
        const id = "providerSessionId" in record ? record.providerSessionId : null;
        if (id === null) continue;
        const session = sessions.get(id) ?? newSession(id, workspace.directory, !seen.has(id));
        seen.add(id);
        sessions.set(id, session);
        if (record.kind === "session") session.directory = record.workspace?.directory ?? session.directory;
        if (record.kind === "event") count(session, record);
      }
      const countOf = (kind: CapturedRecord["kind"]) => records.filter((each) => each.kind === kind).length;
      const taken: TakenBatch = {
        sessions: [...sessions.values()],
        runs: countOf("run"),
        projects: countOf("project"),
        jobs: countOf("job"),
        automations: countOf("automation"),
      };
      return taken;
    },
  };
}

function newSession(id: string, directory: string, created: boolean): TakenSession {
  return {
    providerSessionId: id,
    sessionId: id,
    directory,
    projectId: null,
    created,
    events: 0,
    duplicates: 0,
    actions: 0,
    tokens: { input: 0, output: 0 },
  };
}

function count(session: TakenSession, { actions, tokens }: CapturedEvent): void {
  session.events += 1;
  session.actions += actions.length;
  session.tokens.input += tokens.input ?? 0;
  session.tokens.output += tokens.output ?? 0;
}
