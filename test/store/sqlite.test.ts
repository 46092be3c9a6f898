// The SQLite Store keeps the contract.
import { openTestStore } from "../open-test-store.ts";
import { auditContract } from "./audit.ts";
import { storeContract } from "./contract.ts";
import { sessionLifeContract } from "./deletion.ts";
import { projectsContract } from "./projects.ts";

storeContract("the SQLite store", openTestStore);
sessionLifeContract("the SQLite store", openTestStore);
auditContract("the SQLite store", openTestStore);
projectsContract("the SQLite store", openTestStore);
