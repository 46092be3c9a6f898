// Opens stores, one after the other, when it is told to; writes to each, and says on stdout what became of it.
import { once } from "node:events";
import { openStoreAt } from "./open-store.ts";

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
  const directory = "/project";
  const { record } = await store.createSession({
    appName: "opener",
    userId: null,
    workspace: {
      directory,
      projectDirectory: directory,
      gitCommonDir: null,
      gitBranch: null,
      gitRemote: null,
    },
    title: null,
    agent: null,
    provider: null,
    providerSessionId: null,
    parentSessionId: null,
    context: null,
    metadata: null,
    idempotencyKey: null,
    origin: "tool",
    client: "opener",
  });
  await store.close();
  return record.id;
}
