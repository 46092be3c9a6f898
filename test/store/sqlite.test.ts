// The SQLite Store keeps the contract.
import { openTestStore } from "../open-test-store.ts";
import { automationsContract } from "./automations.ts";
import { storeContract } from "./contract.ts";
import { jobsContract } from "./jobs.ts";

storeContract("the SQLite store", openTestStore);
jobsContract(openTestStore);
automationsContract(openTestStore);

import { statsContract } from "./stats.ts";

statsContract(openTestStore);

import { checkpointContract } from "./checkpoints.ts";
import { forkContract } from "./forks.ts";
import { turnContract } from "./turns.ts";

forkContract("forks in the SQLite store", openTestStore);
checkpointContract("checkpoints in the SQLite store", openTestStore);
turnContract("turns in the SQLite store", openTestStore);
