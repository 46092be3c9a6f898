// The SQLite Store keeps the contract.
import { openTestStore } from "../open-test-store.ts";
import { checkpointContract } from "./checkpoints.ts";
import { storeContract } from "./contract.ts";
import { forkContract } from "./forks.ts";
import { turnContract } from "./turns.ts";

storeContract("the SQLite store", openTestStore);
forkContract("forks in the SQLite store", openTestStore);
checkpointContract("checkpoints in the SQLite store", openTestStore);
turnContract("turns in the SQLite store", openTestStore);
