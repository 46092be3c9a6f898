// JSON-RPC messages over a pair of streams: every input gets an answer, and so does the next one.
// The SDK's own reader dies at 10 MiB in one line, without a reply, and takes quadratic time before that.
import type { Readable, Writable } from "node:stream";
import { LineSplitter, type LongLine } from "./lines.ts";

export type RequestId = string | number;

/** Anything with `jsonrpc: "2.0"`; what its method means is for whoever handles it. */
export interface Message {
  jsonrpc: "2.0";
  id?: RequestId;
  method?: string;
  params?: Record<string, unknown>;
  result?: unknown;
  error?: unknown;
}

const mostLineBytes = 16 * 1024 * 1024;

// JSON-RPC 2.0, section 5.1.
const parseError = -32700;
const invalidRequest = -32600;

const relatedTask = "io.modelcontextprotocol/related-task";

export class Connection {
  readonly #stdout: Writable;
  readonly #unanswered = new Set<RequestId>();
  #onAnswered: (() => void) | undefined;
  #handler: (message: Message) => void = () => {};

  /** `onEnd` is called once, when the other side has closed either stream or it broke. */
  constructor(stdin: Readable, stdout: Writable, onEnd: (reason: string) => void) {
    this.#stdout = stdout;
    const lines = new LineSplitter(mostLineBytes, {
      line: (text) => this.#receive(text),
      tooLong: (line) => this.#refuseLong(line),
    });
    let ended = false;
    const end = (reason: string) => {
      if (ended) return;
      ended = true;
      onEnd(reason);
    };
    stdin.on("data", (chunk: Buffer) => lines.push(chunk));
    stdin.on("end", () => {
      lines.end();
      end("stdin ended");
    });
    stdin.on("error", () => end("stdin broke"));
    // EPIPE: the host is gone. Without a listener it would crash us.
    stdout.on("error", () => end("stdout broke"));
  }

  /** From now on messages go to `handler`. */
  handle(handler: (message: Message) => void): void {
    this.#handler = handler;
  }

  /** Fulfilled when the stream has taken the message. `json`: the message as text, if the caller has it. */
  send(message: object, json = JSON.stringify(message)): Promise<void> {
    const { id, method } = message as Message;
    return new Promise((resolve) => {
      this.#stdout.write(`${json}\n`, () => {
        if (id !== undefined && method === undefined) this.#answered(id);
        resolve();
      });
    });
  }

  /** Fulfilled when every request so far has its answer, or after `milliseconds`. */
  async whenAnswered(milliseconds: number): Promise<void> {
    if (this.#unanswered.size === 0) return;
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, milliseconds);
      this.#onAnswered = () => {
        clearTimeout(late);
        resolve();
      };
    });
  }

  #answered(id: RequestId): void {
    this.#unanswered.delete(id);
    if (this.#unanswered.size === 0) this.#onAnswered?.();
  }

  #receive(line: string): void {
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      this.#refuse(
        idIn(line),
        parseError,
        "This line is not JSON.",
        "Send one JSON-RPC 2.0 message a line, in UTF-8.",
      );
      return;
    }
    if (Array.isArray(parsed)) {
      const requests = parsed.map(idOf).filter((id) => id !== undefined);
      const hint = "Send each message of the batch on a line of its own.";
      for (const id of requests.length === 0 ? [undefined] : requests) {
        this.#refuse(id, invalidRequest, "JSON-RPC batches are not supported.", hint);
      }
      return;
    }
    if (!isMessage(parsed)) {
      this.#refuse(
        idOf(parsed),
        invalidRequest,
        "This is not a JSON-RPC 2.0 message.",
        'It needs "jsonrpc": "2.0", a text or an integer as its id, objects as params and _meta, and either a method or a result.',
      );
      return;
    }
    const message = knownKeys(parsed);
    this.#track(message);
    this.#handler(message);
  }

  #track({ id, method, params }: Message): void {
    if (method === undefined) return;
    if (id !== undefined) this.#unanswered.add(id);
    // A cancelled request gets no answer.
    if (method === "notifications/cancelled") this.#answered(params?.requestId as RequestId);
  }

  #refuseLong({ bytes, head, tail }: LongLine): void {
    const size = `${bytes.toLocaleString("en")} bytes; the limit is ${mostLineBytes.toLocaleString("en")}`;
    const hint = "Split the text over several calls, or store the path of a file instead of its text.";
    this.#refuse(idIn(head) ?? idIn(tail), invalidRequest, `This message is ${size}.`, hint, "too_large");
  }

  #refuse(
    id: RequestId | undefined,
    code: number,
    message: string,
    hint: string,
    reason = "invalid_input",
  ): void {
    const data = { error: { code: reason, message, hint, retryable: false } };
    void this.send({ jsonrpc: "2.0", id: id ?? null, error: { code, message: `${message} ${hint}`, data } });
  }
}

function isMessage(value: unknown): value is Message {
  if (value === null || typeof value !== "object" || !("jsonrpc" in value) || value.jsonrpc !== "2.0")
    return false;
  const { id, method, params } = value as Record<string, unknown>;
  if (id !== undefined && !isId(id)) return false;
  if (params !== undefined && !(isObject(params) && isMeta(params._meta))) return false;
  const isReply = "result" in value || "error" in value;
  return method === undefined ? isReply : typeof method === "string" && !isReply;
}

/** The MCP specification, unlike JSON-RPC's, wants integers; beyond the safe ones another id would come back. */
function isId(value: unknown): value is RequestId {
  return typeof value === "string" || Number.isSafeInteger(value);
}

/** What the SDK wants of the keys it knows: it is silent to a message that has others there. */
function isMeta(value: unknown): boolean {
  if (value === undefined) return true;
  if (!isObject(value)) return false;
  const { progressToken, [relatedTask]: task } = value;
  return (
    (progressToken === undefined || isId(progressToken)) &&
    (task === undefined || (isObject(task) && typeof task.taskId === "string"))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** The SDK is silent to a message with a key it does not know. */
function knownKeys({ id, method, params, result, error }: Message): Message {
  const message = { jsonrpc: "2.0" as const, id, method, params, result, error };
  const given = Object.entries(message).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as unknown as Message;
}

function idOf(value: unknown): RequestId | undefined {
  const id = value !== null && typeof value === "object" && "id" in value ? value.id : undefined;
  return typeof id === "string" || typeof id === "number" ? id : undefined;
}

/**
 * The id of a message that cannot be parsed, so that its sender does not wait for ever: clients write the id
 * right behind the opening brace, or last.
 */
function idIn(text: string): RequestId | undefined {
  const ends = [text.slice(0, 200), text.slice(-200)];
  const found =
    /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d{1,15}|"[^"\\]{1,100}")\s*,/.exec(
      ends[0] ?? "",
    ) ??
    /,\s*"id"\s*:\s*(\d{1,15}|"[^"\\]{1,100}")\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/.exec(
      ends[1] ?? "",
    );
  return found?.[1] === undefined ? undefined : (JSON.parse(found[1]) as RequestId);
}
