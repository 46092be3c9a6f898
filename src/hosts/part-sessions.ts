// A session as opencode describes it: a row of its database, a file of its storage, the head of an export.
import { boundMetadata } from "./bounds.ts";
import type { JsonObject, SessionRecord } from "./host.ts";
import { asObject, asText, asTime, parseJson, remaining } from "./narrow.ts";
import { newSession } from "./new-records.ts";

/** Null: it has no id. */
export function sessionFromInfo(info: JsonObject): SessionRecord | null {
  const id = asText(info.id);
  if (id === null) return null;
  const time = asObject(info.time);
  const { slug, version, projectID, revert, share, permission } = info;
  return newSession({
    id,
    parentId: asText(info.parentID),
    title: asText(info.title),
    directory: asText(info.directory),
    agent: asText(info.agent) ?? "opencode",
    state: asTime(time?.archived) === null ? null : "archived",
    metadata: boundMetadata(remaining({ slug, version, projectID, revert, share, permission } as JsonObject)),
    createdAt: asTime(time?.created),
    updatedAt: asTime(time?.updated),
  });
}

/** A row of the table, which has the same under other names. */
export function sessionFromRow(row: JsonObject): SessionRecord | null {
  const { id, directory, title, slug, version, agent } = row;
  return sessionFromInfo({
    id: id ?? null,
    directory: directory ?? null,
    title: title ?? null,
    slug: slug ?? null,
    version: version ?? null,
    agent: agent ?? null,
    parentID: row.parent_id ?? null,
    projectID: row.project_id ?? null,
    revert: parseJson(row.revert) ?? null,
    share: row.share_url ?? null,
    time: {
      created: row.time_created ?? null,
      updated: row.time_updated ?? null,
      archived: row.time_archived ?? null,
    },
  });
}
