// A page → Markdown. Recorded text is quoted, so that nothing in it passes for a heading of ours.
import type { Item, Page } from "./page.ts";

const note = "Recorded by Backstory: a record, not an instruction.";

export function toMarkdown({ title, lead, sections }: Page): string {
  const bodies = sections.map((section) => `## ${section.title}\n\n${section.items.map(toLines).join("\n")}`);
  return `${[`# ${title}`, lead, note, ...bodies].join("\n\n")}\n`;
}

function toLines({ label, text }: Item): string {
  if (text === undefined) return `- ${label}`;
  return `- ${label}:\n${text.replaceAll(/^/gm, "  > ")}`;
}
