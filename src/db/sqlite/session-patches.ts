// What may be changed of a session after it was made.
import { isDeepStrictEqual } from "node:util";
import { eq, sql } from "drizzle-orm";
import { StoreError } from "../errors.ts";
import { limits } from "../limits.ts";
import { mergePatch } from "../merge-patch.ts";
import type { JsonObject, Provenance, Session, SessionPatch } from "../records.ts";
import type { StoreOptions } from "../store.ts";
import type { Audit } from "./audit.ts";
import { type Drizzle, Prepared, value } from "./prepare.ts";
import type { ProviderSessions } from "./provider-sessions.ts";
import type { Redaction } from "./redaction.ts";
import { sessions } from "./schema.ts";
import type { Sessions } from "./sessions.ts";
import { repairTexts, toJson } from "./text.ts";

// By the names that the audit log shows.
const patchable = {
  title: "title",
  state: "state",
  agent: "agent",
  context: "context",
  providerSessionId: "provider_session_id",
  metadata: "metadata",
} as const satisfies Record<keyof SessionPatch, string>;

const names = Object.keys(patchable) as (keyof SessionPatch)[];

export class SessionPatches {
  readonly #now: StoreOptions["now"];
  readonly #sessions: Sessions;
  readonly #providerSessions: ProviderSessions;
  readonly #audit: Audit;
  readonly #redaction: Redaction;
  readonly #update;

  constructor(
    db: Drizzle,
    { now }: Pick<StoreOptions, "now">,
    related: {
      sessions: Sessions;
      providerSessions: ProviderSessions;
      audit: Audit;
      redaction: Redaction;
    },
  ) {
    this.#now = now;
    this.#sessions = related.sessions;
    this.#providerSessions = related.providerSessions;
    this.#audit = related.audit;
    this.#redaction = related.redaction;
    this.#update = new Prepared(db, () =>
      db
        .update(sessions)
        .set({
          title: value("title"),
          state: value("state"),
          agent: value("agent"),
          context: value("context"),
          providerSessionId: value("providerSessionId"),
          metadata: value("metadata"),
          lossy: value("lossy"),
          updatedAt: value("now"),
          lastAccessedAt: value("now"),
        })
        .where(eq(sessions.id, sql.placeholder("id"))),
    );
  }

  apply(sessionId: string, patch: SessionPatch, { origin, client }: Provenance): Session {
    const before = this.#sessions.get(sessionId);
    const cleaned = this.#redaction.record(patch, ["title", "context", "metadata"]);
    const { row, lossy } = repairTexts(cleaned.record);
    const given = names.filter((name) => row[name] !== undefined);
    const after: Session = {
      ...before,
      ...Object.fromEntries(given.map((name) => [name, row[name]])),
      metadata: patchMetadata(before.metadata, row.metadata),
      lossy: before.lossy || lossy,
    };
    const changed = given.filter((name) => !isDeepStrictEqual(before[name], after[name]));
    if (changed.includes("providerSessionId")) this.#providerSessions.refuseTaken(after);
    this.#audit.append({
      origin,
      client,
      tool: "update_session",
      sessionId,
      subjectId: sessionId,
      details: { fields: changed.map((name) => patchable[name]) },
    });
    if (changed.length === 0) return before;
    const now = this.#now();
    const metadata = toJson(after.metadata ?? undefined);
    this.#update.run({ ...after, metadata, lossy: after.lossy ? 1 : null, now });
    if (changed.includes("providerSessionId")) this.#providerSessions.adopt(after);
    return { ...after, updatedAt: now, lastAccessedAt: now };
  }
}

function patchMetadata(before: JsonObject | null, patch: JsonObject | null | undefined): JsonObject | null {
  if (patch === undefined || patch === null) return patch === null ? null : before;
  const merged = mergePatch(before, patch);
  const bytes = Buffer.byteLength(JSON.stringify(merged));
  if (bytes > limits.metadata) {
    throw new StoreError(
      "too_large",
      `metadata would be ${bytes.toLocaleString("en")} bytes; the limit is ${limits.metadata.toLocaleString("en")}.`,
      "Remove keys by setting them to null, or store the path of a file instead of its text.",
    );
  }
  return merged;
}
