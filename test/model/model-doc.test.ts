// docs/model.md against what it speaks of: the five systems' names on the left, the tools' fields on the right.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tools } from "../../src/tools/index.ts";

/** Every table, column and call that the systems' own documents name, by record. `rest`: of no record. */
const named: Record<string, Record<string, string>> = {
  etcode: {
    session: "id project_id directory title agent time_created time_updated",
    message:
      "id session_id time_created time_updated data.role data.content data.time data.finish data.error data.tokens",
    part: `id message_id session_id time_created time_updated data.type data.text data.tool data.callID
      data.state.status data.state.input data.state.output data.state.error data.state.title data.state.time`,
    todo: "session_id position content status priority",
  },
  Aster: {
    session: "id app_name user_id agent_id metadata created_at updated_at",
    event: `id session_id invocation_id agent_id branch author content reasoning actions long_running_tool_ids
      metadata created_at`,
    rest: "Create Get List Delete AddEvent Events",
  },
  PokéCode: {
    session: `id provider project_path name context claude_directory_path metadata repository branch allowedTools
      created_at updated_at last_accessed_at is_working current_job_id last_job_status message_count token_count
      state`,
    message: "id session_id provider type content_data provider_session_id token_count created_at",
    job: `id session_id prompt_id status data.prompt data.projectPath data.allowedTools data.messageId data.model
      attempts max_attempts created_at started_at completed_at error next_retry_at`,
  },
  "agent-yes": {
    project: "id dir cmd prompt created_at updated_at last_run_at",
    run: "id pid project_id status exit_code started_at ended_at args",
    rest: `upsertProject getProjectByDir getProjectById getAllProjects updateProjectLastRun deleteProject createRun
      getRunById getRunByPid getProjectRuns getRunningRuns getAllRuns updateRunStatus markRunAsCrashed deleteRun
      deleteProjectRuns getProjectWithLatestRun latestRun totalRuns getCrashedRuns`,
  },
  CodeWhale: {
    rest: `threads thread_dynamic_tools messages checkpoints jobs session_index.jsonl sessions/{id}.json SavedSession
      checkpoints/latest.json checkpoints/offline_queue.json OfflineQueueState threads/{id}.json turns/{id}.json
      items/{id}.json events/{thread_id}.jsonl state.json tasks/{id}.json queue.json automations/{id}.json audit.log
      ts event details CURRENT_SESSION_SCHEMA_VERSION CURRENT_QUEUE_SCHEMA_VERSION CURRENT_RUNTIME_SCHEMA_VERSION
      CURRENT_TASK_SCHEMA_VERSION CURRENT_AUTOMATION_SCHEMA_VERSION`,
  },
};

interface Row {
  /** What the left column begins with before its first name: `session` in "session `id`". */
  record: string;
  names: string[];
  place: string;
  note: string;
}

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
}

const text = readFileSync(join(import.meta.dirname, "..", "..", "docs", "model.md"), "utf8");
const quoted = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string);

function rowsOf(system: string): Row[] {
  const section = text.split(/^## /m).find((each) => each.startsWith(`${system}\n`)) ?? "";
  const lines = section
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith(`| ${system} |`));
  return lines.map((line) => {
    const [left = "", place = "", note = ""] = line.split("|").slice(1);
    return { record: left.split("`")[0]?.trim() ?? "", names: quoted(left), place, note };
  });
}

function output(tool: string, ...path: string[]): Schema {
  let schema = tools.find(({ name }) => name === tool)?.outputSchema as Schema;
  for (const key of path) schema = (schema.properties?.[key] ?? {}) as Schema;
  return schema.items ?? schema;
}

const records: Record<string, Schema> = {
  session: output("get_session", "session"),
  event: output("get_event", "event"),
  action: output("update_action", "action"),
  turn: output("get_history", "turns"),
  todo: output("get_todos", "todos"),
  run: output("get_run", "run"),
  project: output("get_project", "project"),
  job: output("cancel_job", "job"),
  entry: output("list_audit", "entries"),
};

/** Any JSON has no properties to look into: what lies deeper is the caller's. */
function exists(path: string): boolean {
  const [record = "", ...keys] = path.split(".");
  let schema = records[record];
  for (const key of keys) {
    if (schema === undefined) return false;
    if (schema.properties === undefined) return true;
    schema = schema.properties[key];
  }
  return schema !== undefined;
}

function fieldsOf(schema: Schema): string[] {
  const below = Object.values(schema.properties ?? {}).flatMap(fieldsOf);
  return [...Object.keys(schema.properties ?? {}), ...below, ...(schema.items ? fieldsOf(schema.items) : [])];
}

const allFields = new Set(
  tools.flatMap((tool) => [
    ...fieldsOf(tool.inputSchema as Schema),
    ...fieldsOf(tool.outputSchema as Schema),
  ]),
);

describe.each(Object.keys(named))("%s", (system) => {
  const rows = rowsOf(system);

  it.each(Object.entries(named[system] ?? {}))("has every name of %s in the table", (record, names) => {
    const here = rows.filter((row) => record === "rest" || row.record === record).flatMap((row) => row.names);
    expect(names.split(/\s+/).filter((name) => !here.includes(name))).toEqual([]);
  });

  it("gives every row a place", () => {
    expect(rows.filter(({ place }) => place.trim() === "")).toEqual([]);
  });

  it("names fields that the tools have", () => {
    const places = rows.flatMap(({ place }) => quoted(place));
    const dotted = places.filter((name) => /^[a-z_]+\./.test(name));
    expect(dotted.length).toBeGreaterThan(0);
    expect(dotted.filter((path) => !exists(path))).toEqual([]);
    const plain = places.flatMap((name) => /^\(?[a-z_]+(?:$|:|, )/.exec(name)?.[0].match(/[a-z_]+/) ?? []);
    expect(plain.filter((field) => !allFields.has(field))).toEqual([]);
  });

  it("says `the same names` of fields that are", () => {
    const same = rows.filter(({ place }) => place.includes("the same names"));
    const paths = same.flatMap(({ record, names }) => names.map((name) => `${record}.${name}`));
    expect(paths.filter((path) => !exists(path))).toEqual([]);
  });

  it("names tools that there are", () => {
    const verbs =
      "add|cancel|claim|create|delete|enqueue|finish|fork|get|list|mark|renew|restore|resume|save|start|update|upsert";
    const cells = rows.map(({ place, note }) => `${place} ${note}`.replaceAll(/`[^`]*`/g, "")).join("\n");
    const spoken = [...cells.matchAll(new RegExp(`\\b(?:${verbs})_[a-z_]+`, "g"))].map(([name]) => name);
    expect(spoken.filter((name) => !tools.some((tool) => tool.name === name))).toEqual([]);
  });
});

it("keeps everything", () => {
  expect(text).not.toMatch(/not (?:kept|stored|supported)/i);
});
