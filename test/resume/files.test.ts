// Which files are found, once each, the latest first.
import { expect, it } from "vitest";
import type { JsonValue } from "../../src/db/records.ts";
import { findFiles } from "../../src/resume/files.ts";
import { action, event } from "./facts.ts";

const call = (toolName: string, input: JsonValue) => action(0, { toolName, input });

it("finds paths in tool calls and file changes, each where it was touched last", () => {
  const events = [
    event(5, { type: "file_change", content: "src/last.ts" }),
    event(4, {
      actions: [
        call("Read", { file_path: "src/a.ts" }),
        call("Edit", { paths: ["src/b.ts", 7, "src/c.ts"] }),
      ],
    }),
    event(3, { type: "file_change", metadata: { path: "src/changed.ts" }, content: "Renamed a thing" }),
    event(2, { actions: [call("Write", { path: "src/a.ts", filename: "d.ts" })] }),
  ];
  expect(findFiles(events).map(({ path, seq, tool_name }) => [path, seq, tool_name])).toEqual([
    ["src/last.ts", 5, undefined],
    ["src/b.ts", 4, "Edit"],
    ["src/c.ts", 4, "Edit"],
    ["src/a.ts", 4, "Read"],
    ["src/changed.ts", 3, undefined],
    ["d.ts", 2, "Write"],
  ]);
});

it.each([
  "path",
  "file_path",
  "filePath",
  "filename",
  "file",
  "absolute_path",
  "target_file",
  "notebook_path",
  "relative_workspace_path",
])("knows a path by the name %s", (name) => {
  const found = findFiles([event(1, { actions: [call("Edit", { [name]: "/x/y.ts" })] })]);
  expect(found.map(({ path }) => path)).toEqual(["/x/y.ts"]);
});

const patch = `*** Begin Patch
*** Update File: src/a.ts
*** Move to: src/moved.ts
@@
-*** Add File: no/header.ts
*** Add File: docs/new file.md
+text
*** Delete File: old.ts\r
*** End Patch`;

it.each<[string, JsonValue]>([
  ["alone", patch],
  ["as a field", { input: patch }],
  ["in a command", { command: ["apply_patch", patch] }],
  ["in a shell's text", { command: `apply_patch <<'EOF'\n${patch}\nEOF` }],
])("finds the files of a patch: %s", (_what, input) => {
  const found = findFiles([event(1, { actions: [call("apply_patch", input)] })]);
  expect(found.map(({ path }) => path)).toEqual(["src/a.ts", "src/moved.ts", "docs/new file.md", "old.ts"]);
});

it.each<[string, JsonValue]>([
  ["a text", "src/a.ts"],
  ["a list", ["src/a.ts"]],
  ["a number", { path: 7 }],
  ["an empty path", { path: " " }],
  ["a text too long for a path", { path: "x".repeat(600) }],
  ["several lines", { path: "a\nb" }],
  ["a deeper path", { options: { path: "src/a.ts" } }],
])("takes no path from %s", (_what, input) => {
  expect(findFiles([event(1, { actions: [call("Tool", input)] })])).toEqual([]);
});

it("takes no sentence of a file change for a path", () => {
  expect(findFiles([event(1, { type: "file_change", content: "Two lines:\nnot a path" })])).toEqual([]);
});
