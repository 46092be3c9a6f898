// opencode's JSON files: an export of one session, and the storage of versions before the database (a file for each session,
// message and part).
import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import type { HostRecord, JsonObject, JsonValue } from "../host.ts";
import { asObject, asObjects, asText, asTime, parseJson } from "../narrow.ts";
import { newSkip } from "../new-records.ts";
import { type Message, messageRecords, type Part } from "../part-messages.ts";
import { sessionFromInfo } from "../part-sessions.ts";
import { toTodos } from "../todos.ts";

/** `{info, messages: [{info, parts}]}` */
export function* exportRecords(document: JsonValue): Generator<HostRecord> {
  const whole = asObject(document);
  const session = sessionFromInfo(asObject(whole?.info) ?? {});
  if (session === null) return yield newSkip("no session");
  yield session;
  for (const { info, parts } of asObjects(whole?.messages)) {
    const message = toMessage(session.id, asObject(info), asObjects(parts));
    if (message === null) yield newSkip("unknown type");
    else yield* messageRecords(message);
  }
}

/** `storage/session/<project>/<session>.json`, with the folders of its messages and parts beside `session/`. */
export async function* storageRecords(path: string, document: JsonValue): AsyncGenerator<HostRecord> {
  const session = sessionFromInfo(asObject(document) ?? {});
  if (session === null) return yield newSkip("no session");
  yield session;
  const storage = path.slice(0, path.lastIndexOf(`${sep}session${sep}`));
  for (const info of await readFolder(join(storage, "message", session.id))) {
    const id = info === null ? null : asText(info.id);
    const parts = id === null ? [] : await readFolder(join(storage, "part", id));
    const message = toMessage(
      session.id,
      info,
      parts.filter((part) => part !== null),
    );
    if (message === null) yield newSkip("not json");
    else yield* messageRecords(message);
  }
  const todos = toTodos(await readJson(join(storage, "todo", `${session.id}.json`)));
  if (todos.length > 0) yield { kind: "todos", sessionId: session.id, todos, at: session.updatedAt };
}

/** Its files in the order of their names, which is that of their making; null for one that is no JSON object. */
async function readFolder(folder: string): Promise<(JsonObject | null)[]> {
  const names = await readdir(folder).catch(() => []);
  const files: (JsonObject | null)[] = [];
  for (const name of names.filter((file) => file.endsWith(".json")).sort()) {
    files.push(asObject(await readJson(join(folder, name))));
  }
  return files;
}

async function readJson(path: string): Promise<JsonValue | undefined> {
  return parseJson(await readFile(path, "utf8").catch(() => undefined));
}

function toMessage(sessionId: string, info: JsonObject | null, parts: JsonObject[]): Message | null {
  const id = asText(info?.id);
  if (info === null || id === null) return null;
  const createdAt = asTime(asObject(info.time)?.created);
  const said = parts.flatMap((part) => toPart(part) ?? []);
  return { id, sessionId, data: info, createdAt, turnId: null, parts: said };
}

function toPart(data: JsonObject): Part | null {
  const id = asText(data.id);
  return id === null ? null : { id, data, createdAt: null };
}
