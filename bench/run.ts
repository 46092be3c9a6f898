// `npm run bench [-- FILTER]`: measures the lines whose name contains FILTER, and prints them as a table.
import { loadavg } from "node:os";
import { judge, type Line, type Result } from "./line.ts";
import { appendLines } from "./lines/append.ts";
import { callLines } from "./lines/calls.ts";
import { deleteLines } from "./lines/delete.ts";
import { forkLines } from "./lines/forks.ts";
import { hookLines } from "./lines/hook.ts";
import { importLines } from "./lines/import.ts";
import { jobLines } from "./lines/jobs.ts";
import { processLines } from "./lines/processes.ts";
import { redactionLines } from "./lines/redaction.ts";
import { resumeLines } from "./lines/resume.ts";
import { searchLines } from "./lines/search.ts";
import { sessionLines } from "./lines/sessions.ts";
import { sizeLines } from "./lines/size.ts";
import { startLines } from "./lines/start.ts";
import { statsLines } from "./lines/stats.ts";
import { toTable, writeResults } from "./report.ts";
import { Workbench } from "./workbench.ts";

const lines: readonly Line[] = [
  ...appendLines,
  ...redactionLines,
  ...callLines,
  ...sessionLines,
  ...forkLines,
  ...resumeLines,
  ...startLines,
  ...hookLines,
  ...sizeLines,
  ...jobLines,
  ...statsLines,
  ...searchLines,
  ...deleteLines,
  ...processLines,
  ...importLines,
];

const filter = process.argv[2] ?? "";
const wanted = lines.filter(({ name }) => name.includes(filter));
const facts = { started: new Date(), loadBefore: loadavg()[0] ?? 0 };
const bench = new Workbench();
try {
  const results: Result[] = [];
  for (const line of wanted) {
    const began = performance.now();
    process.stderr.write(`${results.length + 1}/${wanted.length} ${line.name} … `);
    const result = judge(line, await line.measure(bench));
    results.push(result);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    process.stderr.write(`${(result.ratio ?? result.ours.p50).toFixed(2)} (${seconds} s)\n`);
  }
  process.stdout.write(toTable(results));
  if (wanted.length === lines.length) writeResults(results, facts);
} finally {
  bench.remove();
}
