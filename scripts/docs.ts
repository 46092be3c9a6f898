// `npm run docs`: writes what the docs say of tools, flags and hosts, and the plugin's files, from the code. With --check it writes nothing, and fails
// if it would have.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Command, Option } from "commander";
import { createProgram } from "../src/cli/command.ts";
import { limits } from "../src/db/limits.ts";
import { rules } from "../src/redaction/redactor.ts";
import type { Tool } from "../src/tools/define-tool.ts";
import { tools } from "../src/tools/index.ts";
import { toolsets } from "../src/tools/toolsets.ts";
import { hostPages } from "./host-pages.ts";
import { pluginFiles } from "./plugin-files.ts";

/** The part of JSON Schema that our tools use. */
interface Schema {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
}

const code = (text: string) => `\`${text}\``;

function table(heads: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(escapeCell).join(" | ")} |`;
  return [line(heads), `|${heads.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

/** A bar ends a cell, also inside of code; a line's end ends the row. */
const escapeCell = (text: string) => text.replaceAll("|", "\\|").replace(/\s*\n\s*/g, " ");

function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" | ");
  if (schema.items) return schema.items.enum ? `(${typeOf(schema.items)})[]` : `${typeOf(schema.items)}[]`;
  return schema.type ?? "any JSON";
}

/** A row for every argument, those inside of another beneath it: `actions[].tool_name`. */
function argumentRows({ properties = {}, required = [] }: Schema, path = ""): string[][] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const standard = schema.default === undefined ? "" : `Default ${code(JSON.stringify(schema.default))}`;
    const row = [
      code(path + name),
      code(typeOf(schema)),
      required.includes(name) ? "yes" : "",
      [schema.description, standard].filter(Boolean).join(". "),
    ];
    return [
      row,
      ...argumentRows(schema, `${path}${name}.`),
      ...argumentRows(schema.items ?? {}, `${path}${name}[].`),
    ];
  });
}

/** A row for every field of the result, with what is inside of it. Records are long: their fields are names only. */
function resultRows({ properties = {}, required = [] }: Schema): string[][] {
  return Object.entries(properties).map(([name, schema]) => [
    code(name),
    code(typeOf(schema)),
    required.includes(name) ? "always" : "",
    [schema.description, fieldNames(schema.items ?? schema)].filter(Boolean).join(": "),
  ]);
}

function fieldNames({ properties = {} }: Schema): string {
  const names = Object.entries(properties).map(([name, schema]) => {
    const inside = fieldNames(schema.items ?? schema);
    return inside === "" ? name : `${name} {${inside}}`;
  });
  return names.join(", ");
}

function toolSection({ name, title, description, effect, toolset, inputSchema, outputSchema }: Tool): string {
  return [
    `## ${name}`,
    `${title} (toolset ${code(toolset)}, effect: ${effect}). ${description}`,
    table(["argument", "type", "required", "about"], argumentRows(inputSchema as Schema)),
    "Result:",
    table(["field", "type", "present", "about"], resultRows(outputSchema as Schema)),
  ].join("\n\n");
}

function toolsPage(): string {
  const introduction =
    "What each tool takes and gives. Written by `npm run docs` from `src/tools`: change it there.";
  return `${["# The tools", introduction, ...tools.map(toolSection), limitsSection()].join("\n\n")}\n`;
}

function limitsSection(): string {
  const about =
    "What is larger is refused as `too_large`, and nothing of it is stored. Sizes are bytes of UTF-8.";
  const rows = Object.entries(limits).map(([name, most]) => [wordsOf(name), most.toLocaleString("en")]);
  return ["## Limits", about, table(["of", "at most"], rows)].join("\n\n");
}

/** "actionInput" → "action input" */
const wordsOf = (name: string) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function toolsTable(): string {
  const rows = toolsets.flatMap((toolset) =>
    tools
      .filter((tool) => tool.toolset === toolset)
      .map(({ name, description }) => [toolset, `[${code(name)}](docs/tools.md#${name})`, description]),
  );
  return table(["toolset", "tool", "what it does"], rows);
}

function flagsTable(): string {
  const program = createProgram();
  const options = program.createHelp().visibleOptions(program);
  return table(["flag", "environment", "default", "about"], options.map(flagRow));
}

function flagRow(option: Option): string[] {
  const { flags, envVar, defaultValue, defaultValueDescription, argChoices, description } = option;
  // A description stands for a default that differs from machine to machine.
  const standard = defaultValueDescription ?? (defaultValue === undefined ? "" : code(String(defaultValue)));
  const choices = argChoices ? `: ${argChoices.map(code).join(", ")}` : "";
  return [code(flags), envVar ? code(envVar) : "", standard, description + choices];
}

function commandsTable(): string {
  const all = createProgram().commands.flatMap((command) => [command, ...command.commands]);
  const rows = all.map((command) => [
    code(usageOf(command)),
    command.description(),
    command.options.map(({ flags, description }) => `${code(flags)} ${description}`).join("; "),
  ]);
  return table(["command", "what it does", "its own flags"], rows);
}

function usageOf(command: Command): string {
  const names = command.registeredArguments.map((argument) => {
    const name = `${argument.name().toUpperCase()}${argument.variadic ? "…" : ""}`;
    return argument.required ? name : `[${name}]`;
  });
  const words = [command.name(), ...names];
  for (let { parent } = command; parent !== null; parent = parent.parent) words.unshift(parent.name());
  return words.join(" ");
}

/** Puts `text` between `<!-- name -->` and `<!-- /name -->`. */
function fill(page: string, name: string, text: string): string {
  const [before, after] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const start = page.indexOf(before);
  const end = page.indexOf(after, start);
  if (start < 0 || end < 0) throw new Error(`a page has no ${before} … ${after}`);
  return `${page.slice(0, start + before.length)}\n${text}\n${page.slice(end)}`;
}

function readmePage(): string {
  if (!existsSync("README.md")) throw new Error("README.md is missing");
  const page = readFileSync("README.md", "utf8");
  const parts = { tools: toolsTable(), commands: commandsTable(), flags: flagsTable() };
  return Object.entries(parts).reduce((filled, [name, text]) => fill(filled, name, text), page);
}

/** A rule of two patterns is one row. */
function redactionPage(): string {
  const found = Map.groupBy(rules, ({ name }) => name);
  const rows = [...found].map(([name, each]) => [code(name), each.map(({ finds }) => finds).join("; ")]);
  return fill(readFileSync("docs/redaction.md", "utf8"), "rules", table(["rule", "what it finds"], rows));
}

const pages = {
  "README.md": readmePage(),
  "docs/tools.md": toolsPage(),
  "docs/redaction.md": redactionPage(),
  ...hostPages(),
  ...pluginFiles(),
};
const stale = Object.entries(pages).filter(
  ([path, text]) => !existsSync(path) || readFileSync(path, "utf8") !== text,
);
const checkOnly = process.argv.includes("--check");
for (const [path, text] of stale) {
  if (!checkOnly) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  process.stdout.write(`${path} ${checkOnly ? "is not what the code says" : "written"}\n`);
}
if (checkOnly && stale.length > 0) {
  process.stdout.write("Run `npm run docs` and commit what it writes.\n");
  process.exitCode = 1;
}
