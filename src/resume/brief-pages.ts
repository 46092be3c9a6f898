// The pages made from a brief: to resume, to hand over, to recall what happened. They state; they do not ask.
import type { Brief, BriefAction, BriefTodo, LeftOut, Recalled } from "./brief.ts";
import { aboutSession, given, type Item, oneLine, type Page, type Section, toMinute } from "./page.ts";

/** Where a session stopped. */
export function toResumePage(brief: Brief): Page {
  return {
    title: "Where the session stopped",
    lead: aboutSession(brief.session),
    sections: filled([
      endingOf(brief),
      sessionOf(brief),
      recalledSection("Last request", [brief.last_request]),
      recalledSection("Last answer", [brief.last_answer]),
      todosOf(brief),
      unfinishedOf(brief),
      decisionsOf(brief),
      filesOf(brief),
      recalledSection("Last events, newest first", brief.recent_events),
      recalledSection("First request", [brief.first_request]),
      candidatesOf(brief),
    ]),
  };
}

/** What another agent needs to go on: goal, state, decisions, todos, unfinished calls, files. */
export function toHandoffPage(brief: Brief): Page {
  return {
    title: "Handoff of a session",
    lead: aboutSession(brief.session),
    sections: filled([
      recalledSection("Goal, as first requested", [brief.first_request ?? brief.last_request]),
      recalledSection("Last request", [brief.first_request && brief.last_request]),
      endingOf(brief),
      sessionOf(brief),
      recalledSection("Last answer", [brief.last_answer]),
      decisionsOf(brief),
      todosOf(brief),
      unfinishedOf(brief),
      filesOf(brief),
    ]),
  };
}

/** What happened, in short and in order. */
export function toRecapPage(brief: Brief): Page {
  return {
    title: "What happened in the session",
    lead: aboutSession(brief.session),
    sections: filled([
      sessionOf(brief),
      recalledSection("First request", [brief.first_request]),
      recalledSection("Decisions and notes", brief.decisions.toReversed()),
      recalledSection("Last request", [brief.last_request]),
      recalledSection("Last answer", [brief.last_answer]),
      recalledSection("Last events", brief.recent_events.toReversed()),
      filesOf(brief),
      endingOf(brief),
      { title: "Todos", items: [{ label: countsOf(brief) }] },
    ]),
  };
}

function filled(sections: readonly Section[]): Section[] {
  return sections.filter(({ items }) => items.length > 0);
}

const endings = {
  crashed: "crashed: its process is gone, and no end was recorded",
  continued: "went on after a crash: nothing says how that ended",
  ended: "ended: its host let go of it in order, and its outcome is unknown",
  running: "running: no end is recorded",
  completed: "completed",
  failed: "failed",
  unknown: "unknown: no run was recorded",
};

function endingOf({ ended: { state, evidence, run } }: Brief): Section {
  const ofRun =
    run &&
    given({
      run: run.pid === undefined ? run.id : `${run.id}, pid ${run.pid}`,
      command: run.command,
      "exit code": run.exit_code?.toString(),
      error: run.error,
      started: run.started_at && toMinute(run.started_at),
      ended: run.ended_at && toMinute(run.ended_at),
    });
  return {
    title: "How it ended",
    items: [{ label: endings[state] }, ...given({ evidence }), ...(ofRun ?? [])],
  };
}

function sessionOf({ session }: Brief): Section {
  const { project_name, project_directory, directory } = session;
  const project = project_name ?? (project_directory === directory ? undefined : project_directory);
  const items = given({
    id: session.id,
    title: session.title,
    directory,
    project,
    "git branch": session.git_branch,
    agent: session.agent,
    "forked from": session.forked_from_session_id,
    "subagent of": session.parent_session_id,
    events: `${session.last_seq}, the last activity ${toMinute(session.updated_at)}`,
  });
  return { title: "Session", items };
}

function recalledSection(title: string, recalled: readonly (Recalled | undefined)[]): Section {
  return { title, items: recalled.filter((each) => each !== undefined).map(toItem) };
}

function toItem({
  seq,
  type,
  author,
  origin,
  created_at,
  content,
  tool_names = [],
  truncated,
}: Recalled): Item {
  const calls = tool_names.length === 0 ? "" : `, calls ${oneLine(tool_names.join(", "))}`;
  const cut = truncated ? ", cut: get_event has the rest" : "";
  const what = type === "message" ? "" : `, ${type}`;
  const label = `#${seq} ${oneLine(author)}${what}, ${toMinute(created_at)}, by ${origin}${calls}${cut}`;
  return { label, text: content };
}

function todosOf(brief: Brief): Section {
  const { open_todos, todos_left_out: left, todo_counts } = brief;
  if (todo_counts.total === 0) return { title: "Open todos", items: [] };
  const none = open_todos.length === 0 && left === undefined ? [{ label: "none" }] : [];
  const items = [...open_todos.map(todoItem), ...restOf(left), ...none];
  return { title: `Open todos (${countsOf(brief)})`, items };
}

function todoItem({ status, priority, content }: BriefTodo): Item {
  return { label: `${status.replace("_", " ")}, ${priority}`, text: content };
}

function countsOf({ todo_counts: { total, completed, cancelled, in_progress, pending } }: Brief): string {
  return `${total} in all: ${completed} completed, ${in_progress} in progress, ${pending} pending, ${cancelled} cancelled`;
}

function unfinishedOf({ unfinished_actions, unfinished_left_out }: Brief): Section {
  const items = [...unfinished_actions.map(actionItem), ...restOf(unfinished_left_out)];
  return { title: "Tool calls that never finished", items };
}

function decisionsOf({ decisions, decisions_left_out }: Brief): Section {
  const { title, items } = recalledSection("Decisions and notes, newest first", decisions);
  return { title, items: [...items, ...restOf(decisions_left_out)] };
}

function restOf(left: LeftOut<string> | undefined): Item[] {
  return left ? [{ label: `${left.count} more: ${left.tool} has them` }] : [];
}

function actionItem({ seq, tool_name, status, input, author, origin }: BriefAction): Item {
  return {
    label: `#${seq} ${oneLine(tool_name)}, ${status}, of ${oneLine(author)}, by ${origin}`,
    text: input,
  };
}

function filesOf({ files }: Brief): Section {
  const items = files.map(({ path, seq, tool_name }) => {
    const how = tool_name === undefined ? "changed" : oneLine(tool_name);
    return { label: `#${seq} ${how}`, text: path };
  });
  return { title: "Files touched, latest first", items };
}

function candidatesOf({ other_candidates }: Brief): Section {
  const items = other_candidates.map(({ session_id, title, directory, updated_at }) => ({
    label: session_id,
    text: `${title ?? "untitled"}, ${toMinute(updated_at)}, in ${directory}`,
  }));
  return { title: "Other sessions there", items };
}
