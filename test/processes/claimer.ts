// Claims and finishes jobs until there are none, and says on stdout which: "claimed id" and "finished id".
import { once } from "node:events";
import { writeSync } from "node:fs";
import { openStoreAt } from "./open-store.ts";

const [file = "", migrationsDirectory = "", worker = ""] = process.argv.slice(2);
const store = await openStoreAt(file, migrationsDirectory);
writeSync(1, "ready\n");
await once(process.stdin, "data");
while (true) {
  const claimed = await store.jobs.claim({ worker, runId: null, leaseSeconds: 300 });
  if (claimed === null) break;
  const { job, leaseToken } = claimed;
  writeSync(1, `claimed ${job.id}\n`);
  await store.jobs.finish({ jobId: job.id, leaseToken, status: "completed", result: worker, error: null });
  writeSync(1, `finished ${job.id}\n`);
}
await store.close();
process.exit(0);
