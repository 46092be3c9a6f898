// Opens stores, one after the other, when it is told to; writes to each, and says on stdout what became of it.
import { once } from "node:events";
import { openStoreAt } from "./open-store.ts";
import { writerSession } from "./records.ts";

const [migrationsDirectory = "", ...files] = process.argv.slice(2);
process.stdout.write("loaded\n");
await once(process.stdin, "data");
for (const file of files) {
  const said = await createSession(file).catch((error) => `failed: ${String(error)}`);
  process.stdout.write(`${said}\n`);
}
process.exit(0);

async function createSession(file: string): Promise<string> {
  const store = await openStoreAt(file, migrationsDirectory);
  const { record } = await store.createSession(writerSession);
  await store.close();
  return record.id;
}
