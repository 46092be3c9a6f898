// opencode's JSON files: an export of one session, and the storage of versions before the database (a file for each session,
// message and part).
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import type { Extent, HostRecord, JsonObject, JsonValue } from "../host.ts";
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
  const storage = storageOf(path);
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

function storageOf(path: string): string {
  return path.slice(0, path.lastIndexOf(`${sep}session${sep}`));
}

// Older ones have been said: one at a time is answered, and prompts may wait behind it.
const latestMessages = 4;

/** An answer grows in files of its own, when that of its session was last written long ago. */
export async function lookAtStorage(path: string): Promise<Extent> {
  const storage = storageOf(path);
  const id = basename(path, ".json");
  const folder = join(storage, "message", id);
  const latest = (await namesIn(folder)).slice(-latestMessages);
  const parts = latest.map(async (name) => {
    const folder = join(storage, "part", basename(name, ".json"));
    return (await namesIn(folder)).map((part) => join(folder, part));
  });
  const files = [
    folder,
    join(storage, "todo", `${id}.json`),
    ...latest.map((name) => join(folder, name)),
    ...(await Promise.all(parts)).flat(),
  ];
  const looks = await Promise.all(files.map((file) => stat(file).catch(() => null)));
  const found = looks.filter((look) => look !== null);
  return {
    size: found.reduce((sum, { size }) => sum + size, 0),
    modifiedAt: Math.floor(Math.max(0, ...found.map(({ mtimeMs }) => mtimeMs))),
  };
}

/** In the order of their making. */
async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((file) => file.endsWith(".json")).sort();
}

/** Its files in the order of their names, which is that of their making; null for one that is no JSON object. */
async function readFolder(folder: string): Promise<(JsonObject | null)[]> {
  const files: (JsonObject | null)[] = [];
  for (const name of await namesIn(folder)) {
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
