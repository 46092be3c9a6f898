// Arguments that do not fit → an error that says which, why, and what was probably meant.
import { closest, distance } from "fastest-levenshtein";
import type * as z from "zod";
import { StoreError } from "../db/errors.ts";
import type { Tool } from "../tools/define-tool.ts";
import type { JsonSchema } from "../tools/wire-schema.ts";

type Issue = z.core.$ZodIssue;

const mostIssues = 5;

export function toInputError(
  error: z.ZodError,
  tool: Pick<Tool, "name" | "effect" | "inputSchema">,
): StoreError {
  const issues = error.issues.slice(0, mostIssues);
  const messages = issues.map((issue) => describeIssue(issue, tool.inputSchema));
  const more = error.issues.length - issues.length;
  const message = `${tool.name}: ${messages.join("; ")}${more > 0 ? `; and ${more} more` : ""}.`;
  const unchanged = tool.effect === "read" ? "" : "Nothing was stored. ";
  const large = error.issues.find((issue) => issue.code === "custom" && issue.params?.tooLarge === true);
  if (large) {
    return new StoreError(
      "too_large",
      message,
      `${unchanged}Split it over several calls, or store the path of a file instead of its text.`,
    );
  }
  const required = tool.inputSchema.required;
  const needs = Array.isArray(required) ? `It needs ${required.join(", ")}. ` : "";
  const takes = Object.keys(propertiesOf(tool.inputSchema)).join(", ");
  return new StoreError("invalid_input", message, `${unchanged}${needs}It takes ${takes}.`);
}

function describeIssue(issue: Issue, schema: JsonSchema): string {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(propertiesOf(schemaAt(schema, issue.path)));
    const inside = path === "" ? "" : ` in ${path}`;
    return issue.keys
      .slice(0, mostIssues)
      .map((key) => `unknown key "${shorten(key)}"${inside}${suggestion(key, known)}`)
      .join("; ");
  }
  const subject = path === "" ? "the arguments" : path;
  if (issue.code === "custom") return `${subject} ${issue.message}`;
  // zod leaves the input out of its issues, so that only its words tell.
  if (issue.code === "invalid_type" && issue.message.endsWith("received undefined"))
    return `${subject} is missing`;
  return `${subject}: ${issue.message}`;
}

/** The nearest of the known words, if it is near enough to have been meant. */
export function suggestion(word: string, known: readonly string[]): string {
  if (known.length === 0 || word.length > 100) return "";
  const nearest = closest(word, [...known]);
  return distance(word, nearest) > Math.max(word.length, nearest.length) / 2
    ? ""
    : ` (did you mean "${nearest}"?)`;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

type Schema = { properties?: Record<string, Schema>; items?: Schema; [key: string]: unknown };

function propertiesOf(schema: Schema | undefined): Record<string, Schema> {
  return schema?.properties ?? {};
}

function schemaAt(schema: Schema, path: readonly PropertyKey[]): Schema | undefined {
  let at: Schema | undefined = schema;
  for (const step of path) at = typeof step === "number" ? at?.items : propertiesOf(at)[String(step)];
  return at;
}
