// Gemini CLI: a chat recording a session, one JSON document before and a log of JSON lines now.
import { basename, join } from "node:path";
import { readDocument } from "../documents.ts";
import type { Environment, Host, HostRecord, Position, Source } from "../host.ts";
import { readJsonLines } from "../json-lines.ts";
import { documentRecords, GeminiReader } from "./recording.ts";

const name = "gemini";
const version = 1;

export const gemini: Host = {
  name,
  title: "Gemini CLI",
  hashesDirectories: true,
  roots: ({ home, variables }: Environment) => [join(variables.GEMINI_CLI_HOME || home, ".gemini", "tmp")],
  recognise(path: string, head: Buffer): Source | null {
    const ending = /\.jsonl?$/.exec(path)?.[0];
    const isChat = /[\\/]chats[\\/]/.test(path) || basename(path).startsWith("session-");
    if (ending === undefined || !/"sessionId"\s*:/.test(head.toString("utf8"))) return null;
    if (!/"projectHash"\s*:/.test(head.toString("utf8")) && !isChat) return null;
    return { host: name, path, kind: ending.slice(1) };
  },
  read(source: Source, position: Position, signal?: AbortSignal): AsyncIterable<HostRecord> {
    const { path } = source;
    if (source.kind === "json") {
      return readDocument(path, {
        position,
        signal,
        version,
        records: (document) => documentRecords(path, document),
      });
    }
    return readJsonLines(path, {
      position,
      signal,
      version,
      reader: (state) => new GeminiReader(path, state),
    });
  },
};
