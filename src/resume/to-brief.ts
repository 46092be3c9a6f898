// The facts of a session → the brief, within so many characters. Pure.
import type { SessionFacts } from "../db/facts.ts";
import type { Brief, LeftOut, Shown } from "./brief.ts";
import { fillParts, jsonLength } from "./fill.ts";
import { makeFrame } from "./frame.ts";
import { isOpen, toParts } from "./parts.ts";
import { countTodos } from "./todo-counts.ts";

/** Of a reply, unless its reader asks for others. */
export const briefChars = 8_000;

// Of the reply, so that the least of 1,000 characters holds the frame beside a half full of todos.
const frameShare = 0.3;

/** The session and how it ended at least. Its JSON has at most `maxChars` characters, which are at least 1,000. */
export function toBrief(facts: SessionFacts, maxChars: number): Brief {
  const frame = makeFrame(facts, Math.floor(maxChars * frameShare));
  const parts = toParts(facts, maxChars);
  const all = {
    todos: facts.todos.filter(isOpen).length,
    unfinished: facts.unfinishedCount,
    decisions: facts.decisionCount,
  };
  const assemble = (left: typeof all, flags: Shown): Brief => ({
    ...frame,
    last_request: parts.last_request.value,
    last_answer: parts.last_answer.value,
    todo_counts: countTodos(facts.todos),
    open_todos: parts.open_todos.value,
    todos_left_out: leftOut(left.todos, "get_todos"),
    unfinished_actions: parts.unfinished_actions.value,
    unfinished_left_out: leftOut(left.unfinished, "get_history"),
    decisions: parts.decisions.value,
    decisions_left_out: leftOut(left.decisions, "get_history"),
    files: parts.files.value,
    recent_events: parts.recent_events.value,
    first_request: parts.first_request.value,
    other_candidates: parts.other_candidates.value,
    ...flags,
  });
  const empty = assemble(all, { truncated: true, escaped: true });
  fillParts(Object.values(parts), maxChars - jsonLength(empty) - textKeysLength, maxChars);
  const left = {
    todos: all.todos - parts.open_todos.value.length,
    unfinished: all.unfinished - parts.unfinished_actions.value.length,
    decisions: all.decisions - parts.decisions.value.length,
  };
  const brief = assemble(left, {});
  const isCut = Object.values(left).some((count) => count > 0) || anySays(brief, "truncated");
  const cut = isCut || Object.values(parts).some(({ whole }) => !whole);
  return { ...brief, truncated: cut || undefined, escaped: anySays(brief, "escaped") || undefined };
}

function leftOut<Tool extends string>(count: number, tool: Tool): LeftOut<Tool> | undefined {
  return count === 0 ? undefined : { count, tool };
}

// An empty list is in the empty brief, an absent text is not.
const textKeysLength = '"last_request":,"last_answer":,"first_request":,'.length;

function anySays(value: unknown, flag: keyof Shown): boolean {
  if (value === null || typeof value !== "object") return false;
  return (
    (flag in value && (value as Shown)[flag] === true) || Object.values(value).some((v) => anySays(v, flag))
  );
}
