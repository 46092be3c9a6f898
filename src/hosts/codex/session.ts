// What a rollout says of its session: in its first line, and in its name.
import { boundMetadata } from "../bounds.ts";
import type { JsonObject, SessionRecord } from "../host.ts";
import { asObject, asText, asTime, remaining } from "../narrow.ts";
import { newSession } from "../new-records.ts";

/** @param meta a session_meta line, or the first line of a file of old. Null: it has no id. */
export function sessionFromMeta(meta: JsonObject): SessionRecord | null {
  const id = asText(meta.id) ?? asText(meta.session_id);
  if (id === null) return null;
  const git = asObject(meta.git);
  const spawn = asObject(asObject(asObject(meta.source)?.subagent)?.thread_spawn);
  const { originator, cli_version, model_provider, source, forked_from_id } = meta;
  const kept = { originator, cli_version, model_provider, source, forked_from_id, commit: git?.commit_hash };
  return newSession({
    id,
    parentId: asText(spawn?.parent_thread_id),
    directory: asText(meta.cwd),
    gitBranch: asText(git?.branch),
    agent: asText(spawn?.agent_role) ?? "codex",
    metadata: boundMetadata(remaining(kept as JsonObject)),
    createdAt: asTime(meta.timestamp),
  });
}

/** rollout-<time>-<uuid> */
export function sessionIdFromName(fileName: string): string {
  return /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(fileName)?.[0] ?? fileName;
}
