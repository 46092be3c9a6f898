// Records of an export → Markdown for people. Recorded text is quoted, so that nothing in it passes for a heading of ours.
import type { PortableRecord } from "../db/portable.ts";
import type { JsonObject, JsonValue } from "../db/records.ts";
import { escapeControls } from "../resume/escape.ts";

/** Sessions with their todos and events; runs, jobs and the like are for other programs. */
export function toMarkdownLines(record: PortableRecord): string {
  if (record.kind === "session") return toSession(record);
  return record.kind === "event" ? toEvent(record) : "";
}

function toSession({ title, id, directory, created_at, todos }: PortableRecord): string {
  const plan = Array.isArray(todos) ? (todos as JsonObject[]) : [];
  const lines = plan.map(
    ({ status, content }) => `- [${status === "completed" ? "x" : " "}] ${line(content)}`,
  );
  const head = `# ${line(title ?? "untitled")}\n\n${line(id)}, ${line(directory)}, ${time(created_at)}\n\n`;
  return lines.length === 0 ? head : `${head}${lines.join("\n")}\n\n`;
}

function toEvent(event: PortableRecord): string {
  const { seq, author, type, created_at, forgotten_at, actions } = event;
  const what = type === "message" ? "" : `, ${line(type)}`;
  const body = joined(
    forgotten_at === undefined ? "" : "(forgotten)\n",
    labelled("Reasoning", event.reasoning),
    quote(event.content),
    labelled("Error", event.error),
    ...(Array.isArray(actions) ? (actions as JsonObject[]) : []).map(toCall),
  );
  return `## ${line(seq)}. ${line(author)}${what}, ${time(created_at)}\n\n${body}\n`;
}

function toCall({ tool_name, status, title, input, output, error }: JsonObject): string {
  const head = `- ${line(tool_name)} (${line(status)})${title === undefined ? "" : `: ${line(title)}`}\n`;
  return joined(head, quote(input), labelled("Output", output), labelled("Error", error));
}

/** With empty lines between, or a quotation would go on in what follows it. */
const joined = (...parts: string[]) => parts.filter((part) => part !== "").join("\n");
const time = (at: JsonValue | undefined) => new Date(Number(at)).toISOString();
const line = (text: JsonValue | undefined) => escapeControls(String(text)).replaceAll(/\s*\n\s*/g, " ");

function quote(value: JsonValue | undefined): string {
  if (value === undefined) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return `${escapeControls(text).replaceAll(/^/gm, "> ")}\n`;
}

function labelled(label: string, value: JsonValue | undefined): string {
  return value === undefined ? "" : `${label}:\n\n${quote(value)}`;
}
