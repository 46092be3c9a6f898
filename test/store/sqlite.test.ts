// The SQLite Store keeps the contract.
import { openTestStore } from "../open-test-store.ts";
import { storeContract } from "./contract.ts";
import { factsContract } from "./facts.ts";

storeContract("the SQLite store", openTestStore);
factsContract("the SQLite store", openTestStore);
