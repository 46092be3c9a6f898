// A page → lines of a terminal.
import { styleText } from "node:util";
import { escapeControls } from "../resume/escape.ts";
import type { Item, Page } from "../resume/page.ts";

type Format = Parameters<typeof styleText>[0];
type Paint = (format: Format, text: string) => string;

/** Whether the stream shows colours, and its user wants them: https://no-color.org */
export function wantsColour(stream: { isTTY?: boolean }, env = process.env): boolean {
  return stream.isTTY === true && !env.NO_COLOR;
}

/** Whatever a page quotes without a thought for terminals is escaped here, before our own colours. */
export function toTerminal({ title, lead, sections }: Page, colour: boolean): string {
  const paint: Paint = (format, text) => {
    const plain = escapeControls(text);
    return colour ? styleText(format, plain, { validateStream: false }) : plain;
  };
  const bodies = sections.map((section) => {
    const lines = section.items.map((item) => toLines(item, paint));
    return [paint(["bold", "cyan"], section.title), ...lines].join("\n");
  });
  return `${[`${paint("bold", title)}\n${escapeControls(lead)}`, ...bodies].join("\n\n")}\n`;
}

/** A text of one line stands behind its label. */
function toLines({ label, text: recorded, isMarked }: Item, paint: Paint): string {
  if (recorded === undefined) return `  ${escapeControls(label)}`;
  const text = escapeControls(recorded);
  if (!text.includes("\n"))
    return `  ${paint("dim", `${label}:`)} ${isMarked ? paintMarks(text, paint) : text}`;
  const lines = text.replaceAll(/^/gm, "    ");
  return `  ${paint("dim", `${label}:`)}\n${isMarked ? paintMarks(lines, paint) : lines}`;
}

/** Marked words stand out; without colours their marks stay. */
function paintMarks(text: string, paint: Paint): string {
  return text.replaceAll(/\*\*([^*\n]{1,400})\*\*/g, (marked, word: string) => {
    const painted = paint(["bold", "yellow"], word);
    return painted === word ? marked : painted;
  });
}
