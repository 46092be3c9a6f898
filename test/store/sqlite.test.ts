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
