// What an import did, for a terminal and as JSON.
import type { Root } from "../capture/find.ts";
import type { Counts, Summary } from "../capture/summary.ts";
import { type Item, oneLine, type Page, type Section } from "../resume/page.ts";

const number = (count: number) => count.toLocaleString("en");
const mostProblems = 20;
const mostSkipped = 5;

/** `roots`: where it looked, which is told when nothing was there. */
export function toSummaryPage(summary: Summary, dryRun: boolean, roots: readonly Root[]): Page {
  const { sources, projects } = summary;
  const sections: Section[] = [
    { title: "By host and project", items: projects.map(toItem) },
    { title: "Left out", items: leftOut(summary) },
    { title: "Lines that could not be read", items: skippedLines(summary) },
    { title: "Could not be read", items: problems(summary) },
    {
      title: "Nothing was found in",
      items: sources.read + sources.unchanged + sources.failed > 0 ? [] : roots.map(toPlace),
    },
  ];
  const transcripts = [
    `${number(sources.read)} transcript${sources.read === 1 ? "" : "s"} read`,
    ...(sources.unchanged > 0 ? [`${number(sources.unchanged)} unchanged`] : []),
    ...(sources.failed > 0 ? [`${number(sources.failed)} could not be read`] : []),
  ];
  return {
    title: dryRun ? "Would be taken in" : "Taken in",
    lead: `${describeCounts(summary)}${work(summary)}. ${transcripts.join(", ")}.`,
    sections: sections.filter(({ items }) => items.length > 0),
  };
}

export function describeCounts({ sessions, newSessions, events, toolCalls, tokens }: Counts): string {
  const fresh = newSessions < sessions ? ` (${number(newSessions)} new)` : "";
  const used =
    tokens.input + tokens.output > 0
      ? `, ${number(tokens.input)} tokens in and ${number(tokens.output)} out`
      : "";
  return `${plural(sessions, "session")}${fresh}, ${plural(events, "event")}, ${plural(toolCalls, "tool call")}${used}`;
}

function work({ runs, jobs, automations }: Summary): string {
  const kinds = { run: runs, job: jobs, automation: automations };
  const some = Object.entries(kinds).filter(([, count]) => count > 0);
  return some.map(([kind, count]) => `, ${plural(count, kind)}`).join("");
}

function toPlace({ path, hosts }: Root): Item {
  return { label: hosts.map(({ name }) => name).join(", "), text: oneLine(path) };
}

function toItem(project: Summary["projects"][number]): Item {
  return { label: `${project.host} ${oneLine(project.directory)}`, text: describeCounts(project) };
}

function leftOut({ skipped, left, duplicates, skippedAsExpected }: Summary): Item[] {
  const reasons = Object.entries(skipped).map(([reason, count]) => ({
    label: reason,
    text: plural(count, "line"),
  }));
  const counts = {
    "in excluded directories": left.excluded && plural(left.excluded, "session"),
    "deleted here before": left.deleted && plural(left.deleted, "session"),
    "taken in before": duplicates && plural(duplicates, "event"),
    "of no use here, as expected": skippedAsExpected && plural(skippedAsExpected, "line"),
  };
  const rest = Object.entries(counts).flatMap(([label, text]) =>
    text === 0 ? [] : [{ label, text: String(text) }],
  );
  return [...reasons, ...rest];
}

/** The first of each source and reason. */
function skippedLines({ skippedLines: found }: Summary): Item[] {
  const named = found.slice(0, mostSkipped).map(({ path, line, reason, count }) => ({
    label: line === null ? oneLine(path) : `${oneLine(path)}:${line}`,
    text: count > 1 ? `${reason}, and ${number(count - 1)} more` : reason,
  }));
  const more = found.length - named.length;
  return more > 0 ? [...named, { label: `and ${number(more)} more` }] : named;
}

function problems({ problems: found, sources }: Summary): Item[] {
  const named = found
    .slice(0, mostProblems)
    .map(({ path, reason }) => ({ label: oneLine(path), text: reason }));
  const more = sources.failed - named.length;
  return more > 0 ? [...named, { label: `and ${number(more)} more` }] : named;
}

function plural(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
}

export function toWireSummary({ sources, projects, problems: found, ...summary }: Summary): object {
  const {
    runs,
    jobs,
    automations,
    left,
    skipped,
    skippedLines: lines,
    skippedAsExpected,
    ...counts
  } = summary;
  return {
    ...toWireCounts(counts),
    runs,
    jobs,
    automations,
    projects: projects.map(({ host, directory, ...rest }) => ({ host, directory, ...toWireCounts(rest) })),
    sources,
    left_out: { excluded_sessions: left.excluded, deleted_sessions: left.deleted },
    skipped,
    skipped_lines: lines,
    skipped_as_expected: skippedAsExpected,
    problems: found,
  };
}

function toWireCounts({ sessions, newSessions, events, duplicates, toolCalls, tokens }: Counts) {
  return { sessions, new_sessions: newSessions, events, duplicates, tool_calls: toolCalls, tokens };
}
