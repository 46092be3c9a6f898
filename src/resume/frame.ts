// What every brief begins with: how the session ended, and which it is.
import type { SessionFacts } from "../db/facts.ts";
import type { Run } from "../db/records.ts";
import type { BriefEnding, BriefRun, BriefSession } from "./brief.ts";
import { findEnding } from "./ending.ts";
import { escapeTexts } from "./escape.ts";
import { cutText, jsonLength } from "./fill.ts";

interface Frame {
  ended: BriefEnding;
  session: BriefSession;
}

// Characters of its texts, tried in turn until it fits.
const caps = [4_000, 1_000, 300, 120, 60];

/** With its texts whole if they fit into `room` characters, else cut; at worst without most of them. */
export function makeFrame(facts: SessionFacts, room: number): Frame {
  const frame = { ended: toEnding(facts), session: toSession(facts) };
  const candidates = caps.map((cap) => cutFrame(frame, cap));
  return [frame, ...candidates].find((each) => jsonLength(each) <= room) ?? toLeastFrame(frame);
}

function toEnding(facts: SessionFacts): BriefEnding {
  const { state, run } = findEnding(facts);
  return escapeTexts({ state, evidence: run?.evidence ?? undefined, run: run && toRun(run) });
}

function toRun({ id, pid, command, args, exitCode, error, startedAt, endedAt }: Run): BriefRun {
  return escapeTexts({
    id,
    pid,
    command: command === null ? undefined : [command, ...args].join(" "),
    exit_code: exitCode ?? undefined,
    error: error ?? undefined,
    started_at: toIso(startedAt),
    ended_at: endedAt === null ? undefined : toIso(endedAt),
  });
}

function toSession({ session, project }: SessionFacts): BriefSession {
  return escapeTexts({
    id: session.id,
    title: session.title ?? undefined,
    directory: session.directory,
    project_name: project?.name ?? undefined,
    project_directory: project?.directory,
    git_branch: session.gitBranch ?? undefined,
    agent: session.agent ?? undefined,
    app_name: session.appName,
    parent_session_id: session.parentSessionId ?? undefined,
    forked_from_session_id: session.forkedFromSessionId ?? undefined,
    state: session.state,
    last_seq: session.lastSeq,
    created_at: toIso(session.createdAt),
    updated_at: toIso(session.updatedAt),
  });
}

function cutFrame({ ended, session }: Frame, cap: number): Frame {
  const run = ended.run && cutTexts(ended.run, cap);
  return { ended: { ...cutTexts(ended, cap), run }, session: cutTexts(session, cap) };
}

/** A copy whose texts have at most `cap` characters, and which says so. */
function cutTexts<T extends object>(record: T, cap: number): T & { truncated?: true } {
  const long = Object.entries(record).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string" && entry[1].length > cap,
  );
  if (long.length === 0) return record;
  const cut = Object.fromEntries(long.map(([key, text]) => [key, cutText(text, cap)]));
  return { ...record, ...cut, truncated: true };
}

function toLeastFrame({ ended, session }: Frame): Frame {
  const { state, evidence, run } = ended;
  const { id, last_seq, updated_at } = session;
  return {
    ended: cutTexts({ state, evidence, run: run && { id: run.id } }, 60),
    session: { id, state: session.state, last_seq, updated_at, truncated: true },
  };
}

export function toIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
