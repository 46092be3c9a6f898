// What the Store promises of jobs and automations, as transactions.
import type { AutomationStore } from "../automations.ts";
import type { ClaimedJob, JobStore } from "../jobs.ts";
import type { StoreLog } from "../store.ts";
import type { Automations } from "./automations.ts";
import type { Claims } from "./claims.ts";
import { toStoreError } from "./errors.ts";
import type { Jobs } from "./jobs.ts";
import type { Leases } from "./leases.ts";
import type { Transactions } from "./transactions.ts";

export function automationStore(transactions: Transactions, automations: Automations): AutomationStore {
  return {
    upsert: (automation) => transactions.write(() => automations.upsert(automation)),
    list: (query) => transactions.read(() => automations.list(query)),
    delete: (automationId, by) => transactions.write(() => automations.delete(automationId, by)),
    async enqueueDue() {
      let enqueued = 0;
      let slice = { enqueued: 0, done: !(await transactions.read(() => automations.isAnyDue())) };
      while (!slice.done) {
        slice = await transactions.write(() => automations.enqueueSlice());
        enqueued += slice.enqueued;
      }
      return enqueued;
    },
  };
}

interface Related {
  jobs: Jobs;
  claims: Claims;
  leases: Leases;
  automations: Automations;
  automationStore: AutomationStore;
  file: string;
  log: StoreLog;
}

export function jobStore(transactions: Transactions, related: Related): JobStore {
  const { jobs, claims, leases, automations } = related;
  return {
    enqueue: (job) => transactions.write(() => jobs.enqueue(job)),
    async claim(claim) {
      const attempt = (): { claimed: ClaimedJob | null } | undefined =>
        automations.enqueueSlice().done && claims.settle() ? { claimed: claims.claim(claim) } : undefined;
      let outcome = await transactions.write(attempt);
      while (outcome === undefined) outcome = await transactions.write(attempt);
      return outcome.claimed;
    },
    renew: (lease) => transactions.write(() => leases.renew(lease)),
    finish: (outcome) => transactions.write(() => leases.finish(outcome)),
    cancel: (jobId, by) => transactions.write(() => jobs.cancel(jobId, by)),
    async list(query) {
      try {
        await related.automationStore.enqueueDue();
      } catch (error) {
        // The list is right as it stands; the next claim tries again, and tells its caller.
        related.log.warn({ code: toStoreError(error, related.file).code }, "could not enqueue what is due");
      }
      return transactions.read(() => jobs.list(query));
    },
    workOf: (sessionIds) => transactions.read(() => jobs.workOf(sessionIds)),
  };
}
