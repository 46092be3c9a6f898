// The contract, kept by the Store on SQLite.
import { openTestStore } from "../open-test-store.ts";
import { auditContract } from "./audit.ts";
import { automationsContract } from "./automations.ts";
import { capturesContract } from "./captures.ts";
import { checkpointContract } from "./checkpoints.ts";
import { storeContract } from "./contract.ts";
import { sessionLifeContract } from "./deletion.ts";
import { factsContract } from "./facts.ts";
import { forkContract } from "./forks.ts";
import { jobsContract } from "./jobs.ts";
import { projectsContract } from "./projects.ts";
import { statsContract } from "./stats.ts";
import { turnContract } from "./turns.ts";

storeContract("the SQLite store", openTestStore);
sessionLifeContract("the SQLite store", openTestStore);
forkContract("forks in the SQLite store", openTestStore);
turnContract("turns in the SQLite store", openTestStore);
checkpointContract("checkpoints in the SQLite store", openTestStore);
projectsContract("the SQLite store", openTestStore);
jobsContract(openTestStore);
automationsContract(openTestStore);
factsContract("the SQLite store", openTestStore);
auditContract("the SQLite store", openTestStore);
statsContract(openTestStore);
capturesContract("the SQLite store", openTestStore);
