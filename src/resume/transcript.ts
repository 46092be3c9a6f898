// A session's events and todos as pages, within so many characters, with how to read on.
import type { Action, Event, Session, TodoList } from "../db/records.ts";
import { escapeControls } from "./escape.ts";
import { cutText } from "./fill.ts";
import { aboutSession, type Item, oneLine, type Page, toMinute } from "./page.ts";

export interface PageOptions {
  maxChars: number;
  /** A sentence on where the rest is; `seq` is the first event shown. */
  readOn(seq: number): string;
}

// Characters of one text, and of a tool call's input or output.
const longest = { text: 2_000, value: 400 };

/** The last events that fit, oldest first. `latest`: newest first; `more`: there are events before those. */
export function toTranscriptPage(
  session: Session,
  { latest, more }: { latest: readonly Event[]; more: boolean },
  { maxChars, readOn }: PageOptions,
): Page {
  const events = takeWhile(latest.map(toItems), maxChars);
  const first = latest[events.length - 1];
  const isAll = !more && events.length === latest.length;
  const rest = isAll || first === undefined ? "" : ` ${readOn(first.seq)}`;
  return {
    title: "Transcript of a session",
    lead: `${aboutSession(session)}. ${events.length} of ${session.eventCount} events, oldest first.${rest}`,
    sections: [{ title: "Events", items: events.toReversed().flat() }],
  };
}

/** The todos that fit, in order. */
export function toTodosPage(
  session: Session,
  { todos, version }: TodoList,
  { maxChars, readOn }: PageOptions,
): Page {
  const all = todos.map(({ status, priority, content }) => [
    { label: `${status.replace("_", " ")}, ${priority}`, text: escapeControls(content) },
  ]);
  const shown = takeWhile(all, maxChars);
  const rest = shown.length === all.length ? "" : ` ${readOn(0)}`;
  return {
    title: "Todos",
    lead: `${aboutSession(session)}. ${shown.length} of ${all.length} todos, version ${version}.${rest}`,
    sections: [{ title: "In order", items: shown.flat() }],
  };
}

// What a page adds at most to an item, and to each line of its text.
const frame = { item: 10, line: 5 };

/** The first groups of items that fit together; at least one. */
function takeWhile(groups: readonly Item[][], maxChars: number): Item[][] {
  let left = maxChars;
  const end = groups.findIndex((items, index) => {
    for (const item of items) left -= lengthOf(item);
    return left < 0 && index > 0;
  });
  return groups.slice(0, end < 0 ? groups.length : end);
}

function lengthOf({ label, text = "" }: Item): number {
  return frame.item + label.length + text.length + text.split("\n").length * frame.line;
}

function toItems(event: Event): Item[] {
  const { seq, type, author, origin, createdAt, content, error, reasoning, actions } = event;
  const what = type === "message" ? "" : `, ${type}`;
  const label = `#${seq} ${oneLine(author)}${what}, ${toMinute(createdAt)}, by ${origin}`;
  const texts = { [label]: content, [`#${seq} reasoning`]: reasoning, [`#${seq} error`]: error };
  const said = Object.entries(texts).filter(([, text]) => text !== null);
  const items = said.map(([each, text]) => cutItem(each, text ?? "", longest.text));
  const head = content === null ? [{ label }] : [];
  return [...head, ...items, ...actions.flatMap((action) => actionItems(seq, action))];
}

function actionItems(seq: number, { toolName, status, input, output, error }: Action): Item[] {
  const name = `#${seq} ${oneLine(toolName)}`;
  const result = error ?? output;
  return [
    cutItem(`${name}, ${status}`, toText(input), longest.value),
    ...(result === undefined ? [] : [cutItem(`${name} gave`, toText(result), longest.value)]),
  ];
}

function cutItem(label: string, text: string, most: number): Item {
  const shown = cutText(text, most);
  return {
    label: shown.length < text.length ? `${label} (cut: get_event has the rest)` : label,
    text: escapeControls(shown) || undefined,
  };
}

function toText(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
