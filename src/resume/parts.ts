// The parts of a brief behind its frame, in the order of their weight: when there is no room for all of them the last
// gives way first.
import type { SessionFacts, UnfinishedAction } from "../db/facts.ts";
import type { Event, JsonValue, Session, Todo } from "../db/records.ts";
import type { BriefAction, BriefTodo, Candidate, Recalled } from "./brief.ts";
import { escapeControls, escapeTexts } from "./escape.ts";
import { findFiles } from "./files.ts";
import { BriefPart, cutText, cutToJson, jsonLength, type Taken, takeItems } from "./fill.ts";
import { toIso } from "./frame.ts";

const mostRecent = 12;
// Characters of a text in a list.
const longest = { decision: 1_000, recent: 240, title: 120, name: 60 };
const mostNames = 5;

export function toParts(facts: SessionFacts, maxChars: number) {
  const { lastRequest, lastAnswer, firstRequest } = facts;
  const isRepeat = firstRequest?.seq === lastRequest?.seq;
  return {
    // Word for word, and never more than half of the reply.
    open_todos: listPart(0.5, facts.todos.filter(isOpen).map(toTodo), { bounded: true }),
    last_request: textPart(0.1, lastRequest, maxChars),
    unfinished_actions: actionsPart(facts.unfinishedActions, maxChars),
    last_answer: textPart(0.08, lastAnswer, maxChars),
    decisions: listPart(
      0.06,
      facts.decisions.map((event) => toRecalled(event, event.content ?? "", longest.decision)),
    ),
    files: listPart(0.04, findFiles(facts.lastEvents).map(escapeTexts)),
    recent_events: listPart(0.06, facts.lastEvents.slice(0, mostRecent).map(toRecent)),
    first_request: textPart(0.04, isRepeat ? null : firstRequest, maxChars),
    other_candidates: listPart(0.04, facts.otherCandidates.map(toCandidate)),
  };
}

export function isOpen({ status }: Pick<Todo, "status">): boolean {
  return status === "pending" || status === "in_progress";
}

function listPart<T>(share: number, items: readonly T[], growth: { bounded?: boolean } = {}): BriefPart<T[]> {
  return new BriefPart(share, (room) => takeItems(items, room), growth);
}

// Characters of an unfinished call's input and title, tried in turn until all calls fit.
const actionCaps = [400, 200, 100, 40, 0];
// Their names alone may have the larger share.
const actionShares = { least: 0.08, most: 0.25 };

/** Which calls never finished matters more than what they were given: their texts shrink before one is left out. */
function actionsPart(actions: readonly UnfinishedAction[], maxChars: number): BriefPart<BriefAction[]> {
  const inputs = actions.map(({ input }) => inShort(input));
  const forms = actionCaps.map((cap) =>
    actions.map((action, index) => toAction(action, inputs[index] ?? "", cap)),
  );
  const shortest = forms.at(-1) ?? [];
  const take = (room: number): Taken<BriefAction[]> => {
    const fitting = forms.find((form) => jsonLength(form) <= room);
    return fitting ? { value: fitting, whole: fitting === forms[0] } : takeItems(shortest, room);
  };
  const least = jsonLength(shortest);
  const share = Math.min(Math.max(actionShares.least, least / maxChars), actionShares.most);
  return new BriefPart(share, take, { least });
}

// Fewer characters of a text say nothing.
const leastText = 20;
const truncatedLength = ',"truncated":true'.length;

/** One text, cut to the room there is. */
function textPart(share: number, event: Event | null, most: number): BriefPart<Recalled | undefined> {
  if (event === null) return new BriefPart(share, () => ({ value: undefined, whole: true }));
  // None longer than the reply is asked for.
  const longest = toRecalled(event, event.content ?? "", most);
  const { content = "", truncated = false } = longest;
  const length = jsonLength(longest);
  return new BriefPart(share, (room): Taken<Recalled | undefined> => {
    if (length <= room) return { value: longest, whole: !truncated };
    const space = room - (length - jsonLength(content)) - truncatedLength;
    if (space < leastText) return { value: undefined, whole: false };
    return { value: { ...longest, content: cutToJson(content, space), truncated: true }, whole: false };
  });
}

/** With at most `most` characters of a text of its own. */
function toRecalled(event: Event, text: string, most: number): Recalled {
  const { seq, type, author, origin, createdAt } = event;
  const content = cutText(text, most);
  const truncated = content.length < text.length || undefined;
  return escapeTexts({ seq, type, author, origin, created_at: toIso(createdAt), content, truncated });
}

/** What it says in short: its text, else its error, else its reasoning; and what it called. */
function toRecent(event: Event): Recalled {
  const said = [event.content, event.error, event.reasoning].find((text) => text?.trim());
  const { content, ...recalled } = toRecalled(event, said ?? "", longest.recent);
  const names = [
    ...new Set(event.actions.map(({ toolName }) => escapeControls(cutText(toolName, longest.name)))),
  ];
  const tool_names = names.length === 0 ? undefined : names.slice(0, mostNames);
  return { ...recalled, content: content || undefined, tool_names };
}

function toTodo({ id, content, status, priority }: Todo): BriefTodo {
  return escapeTexts({ id, content, status, priority });
}

/** With at most `most` characters of its input and of its title. */
function toAction(action: UnfinishedAction, input: string, most: number): BriefAction {
  const { seq, callId, toolName, status, author, origin, startedAt } = action;
  const name = cutText(toolName, longest.name);
  const title = cutText(action.title ?? "", Math.min(most, longest.title));
  const start = cutText(input, most);
  const isCut = name !== toolName || title !== (action.title ?? "") || start !== input;
  return escapeTexts({
    seq,
    call_id: callId,
    tool_name: name,
    title: title || undefined,
    status,
    input: start || undefined,
    author,
    origin,
    started_at: startedAt === null ? undefined : toIso(startedAt),
    truncated: isCut || undefined,
  });
}

function inShort(input: JsonValue | undefined): string {
  if (input === undefined) return "";
  return typeof input === "string" ? input : JSON.stringify(input);
}

function toCandidate({ id, title, directory, lastSeq, updatedAt }: Session): Candidate {
  return escapeTexts({
    session_id: id,
    title: title === null ? undefined : cutText(title, longest.title),
    directory,
    last_seq: lastSeq,
    updated_at: toIso(updatedAt),
  });
}
