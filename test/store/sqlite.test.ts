// The SQLite Store keeps the contract.
import { openTestStore } from "../open-test-store.ts";
import { storeContract } from "./contract.ts";
import { statsContract } from "./stats.ts";

storeContract("the SQLite store", openTestStore);
statsContract(openTestStore);
