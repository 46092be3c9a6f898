// A page for a reader, before it is Markdown or lines of a terminal: what was recorded, section by section.
import { escapeControls } from "./escape.ts";

export interface Page {
  title: string;
  /** Of one line. */
  lead: string;
  sections: Section[];
}

export interface Section {
  title: string;
  items: Item[];
}

export interface Item {
  /** Ours, and of one line. */
  label: string;
  /** What was recorded, as it was but for its control characters. */
  text?: string | undefined;
  /** Words in the text are marked **so**. */
  isMarked?: boolean | undefined;
}

/** For a label: recorded text must not begin a line of its own there. */
export function oneLine(text: string): string {
  return escapeControls(text).replaceAll(/\s+/g, " ").trim();
}

/** "2026-11-21 10:00 UTC" */
export function toMinute(time: string | number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** Items of what there is: those without a text are left out. */
export function given(texts: Record<string, string | undefined>): Item[] {
  return Object.entries(texts).flatMap(([label, text]) => (text === undefined ? [] : [{ label, text }]));
}

/** The lead of a page about a session. */
export function aboutSession({ id, title }: { id: string; title?: string | null | undefined }): string {
  return title ? `${oneLine(id)}: ${oneLine(title)}` : oneLine(id);
}
