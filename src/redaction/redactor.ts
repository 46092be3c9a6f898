// A text → the same text without its secrets. Pure, linear in the text's length, and quick where there is nothing.
import type { Findings, Redacted, Redactor } from "../db/redaction.ts";
import { assignmentCue, assignmentRule, assignmentRules, isSecretMember } from "./assignments.ts";
import { placeRules } from "./place-rules.ts";
import { hidePrivate, privateCues, privateRule } from "./private-text.ts";
import type { Rule } from "./rule.ts";
import { tokenRules } from "./token-rules.ts";

export type RedactionMode = "mask" | "off" | "reject";

/** In the order in which they are applied: what tells more of a secret comes first. */
export const rules: readonly Rule[] = [...tokenRules, ...placeRules, ...assignmentRules];

// A secret that was masked may have hidden the beginning of the next one.
const mostRounds = 4;

const none: Readonly<Findings> = Object.freeze({});

/**
 * `mask`: secrets are replaced. `reject`: what holds one is refused. `off`: only what is between <private> marks is
 * replaced, as it is in every mode.
 */
export function createRedactor(mode: RedactionMode): Redactor {
  return {
    redact: mode === "off" ? redactPrivate : redact,
    refuses: (rule) => mode === "reject" && rule !== privateRule,
  };
}

function redact(text: string, name?: string): Redacted {
  if (name !== undefined && isSecretMember(name, text)) {
    return { text: markOf(assignmentRule), findings: { [assignmentRule]: 1 } };
  }
  if (!isSuspect(text)) return { text, findings: none };
  const findings: Findings = {};
  let redacted = applyPrivate(text, findings);
  for (let round = 0; round < mostRounds; round += 1) {
    const before = redacted;
    for (const rule of rules) redacted = applyRule(rule, redacted, findings);
    if (redacted === before) break;
  }
  return { text: redacted, findings: redacted === text ? none : findings };
}

function redactPrivate(text: string): Redacted {
  if (!privateCues.some((cue) => text.includes(cue))) return { text, findings: none };
  const findings: Findings = {};
  return { text: applyPrivate(text, findings), findings };
}

function applyPrivate(text: string, findings: Findings): string {
  const hidden = hidePrivate(text, markOf(privateRule));
  if (hidden.count > 0) findings[privateRule] = hidden.count;
  return hidden.text;
}

/** Counts into `findings`. */
export function applyRule({ name, cues, pattern, isSecret }: Rule, text: string, findings: Findings): string {
  if (!cues.some((cue) => text.includes(cue))) return text;
  return text.replace(pattern, (match: string, ...rest) => {
    const { kept = "" } = groupsOf(rest);
    const secret = match.slice(kept.length);
    const at = rest.findLast((each) => typeof each === "number") as number;
    if (isSecret && !isSecret(secret, { kept, at, text })) return match;
    findings[name] = (findings[name] ?? 0) + 1;
    return kept + markOf(name);
  });
}

/** The last argument that `replace` hands to its function, if the pattern names groups. */
function groupsOf(rest: unknown[]): { kept?: string } {
  const last = rest.at(-1);
  return typeof last === "object" && last !== null ? last : {};
}

function markOf(rule: string): string {
  return `[redacted:${rule}]`;
}

const marks = /[-_=:]$/;
const cues = [...new Set([...tokenRules, ...placeRules].flatMap((rule) => rule.cues))];
const literally = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

// To look for a mark and then behind it costs a fifth of looking for each cue.
const markedCue = new RegExp(
  `[-_=:](?<=${[...cues.filter((cue) => marks.test(cue)).map(literally), assignmentCue].join("|")})`,
);
const plainCues = [...cues.filter((cue) => !marks.test(cue)), ...privateCues];

/** A first look: most texts hold nothing that a secret could begin with. */
function isSuspect(text: string): boolean {
  return markedCue.test(text) || plainCues.some((cue) => text.includes(cue));
}
