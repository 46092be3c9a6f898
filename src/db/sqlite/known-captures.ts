// What is there already of what hosts recorded: what a batch would meet, for who only counts. It writes nothing.
import { isNull } from "drizzle-orm";
import { union } from "drizzle-orm/sqlite-core";
import type { CaptureBatch, CapturedRecord, KnownBatch, KnownSession } from "../captures.ts";
import type { Actions } from "./actions.ts";
import { namedSession } from "./captured-events.ts";
import type { CapturedWork, Place } from "./captured-work.ts";
import type { Events } from "./events.ts";
import { columnsOf, type Drizzle, Prepared } from "./prepare.ts";
import { projects } from "./project-schema.ts";
import type { ProviderSessions } from "./provider-sessions.ts";
import { sessions } from "./schema.ts";

interface Related {
  providerSessions: ProviderSessions;
  events: Events;
  actions: Actions;
  work: CapturedWork;
}

/** A session by its provider's id; `place` is null where it is not there yet, and its id null where it does not come again. */
interface Looked {
  known: KnownSession | null;
  place: Place | null;
}

export class KnownCaptures {
  readonly #related: Related;
  readonly #directories;

  constructor(db: Drizzle, related: Related) {
    this.#related = related;
    const ofSessions = db.select({ directory: columnsOf(sessions).directory }).from(sessions);
    const ofProjects = db.select({ directory: columnsOf(projects).directory }).from(projects);
    this.#directories = new Prepared(db, () =>
      union(ofSessions.where(isNull(sessions.deletedAt)), ofProjects),
    );
  }

  listDirectories(): string[] {
    return this.#directories.all({}).map(({ directory }) => directory);
  }

  of(batch: CaptureBatch): KnownBatch {
    const looked = new Map<string, Looked>();
    const records = batch.records.map((record) => {
      const id = "providerSessionId" in record ? record.providerSessionId : null;
      if (id !== null && !looked.has(id)) looked.set(id, this.#look(id, record, batch));
      return this.#has(record, id === null ? undefined : looked.get(id), batch);
    });
    return { sessions: [...looked.values()].flatMap(({ known }) => known ?? []), records };
  }

  #look(providerSessionId: string, record: CapturedRecord, batch: CaptureBatch): Looked {
    const said = record.kind === "session" ? record : namedSession(providerSessionId);
    const { row, deleted } = this.#related.providerSessions.look(said, batch);
    if (deleted) {
      const place = { sessionId: null, directory: null, projectId: null };
      return { known: { providerSessionId, directory: null, deleted }, place };
    }
    if (row === undefined) return { known: null, place: null };
    const { directory, projectId } = row;
    return {
      known: { providerSessionId, directory, deleted },
      place: { sessionId: row.id, directory, projectId },
    };
  }

  #has(record: CapturedRecord, looked: Looked | undefined, batch: CaptureBatch): boolean {
    const { events, actions, work } = this.#related;
    const sessionId = looked?.place?.sessionId ?? null;
    switch (record.kind) {
      case "event":
        return sessionId !== null && events.ofHost(sessionId, record.key) !== undefined;
      case "outcome":
        return sessionId !== null && actions.has(sessionId, record.callId);
      case "run":
      case "job":
      case "automation":
        // What belongs to a session that is not there yet is not there either.
        return looked?.place === null ? false : work.has(record, looked?.place ?? null, batch);
      default:
        return looked?.known != null;
    }
  }
}
