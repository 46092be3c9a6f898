// Who keeps what, and who needs whom: the tables' classes, put together on one connection.
import type Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import type { StoreOptions } from "../store.ts";
import { Accesses } from "./accesses.ts";
import { Actions } from "./actions.ts";
import { Audit } from "./audit.ts";
import { Automations } from "./automations.ts";
import { CapturedWork } from "./captured-work.ts";
import { Captures } from "./captures.ts";
import { Checkpoints } from "./checkpoints.ts";
import { Claims } from "./claims.ts";
import { DeletedRows } from "./deleted-rows.ts";
import { Deletions } from "./deletions.ts";
import { Erasures } from "./erasures.ts";
import { Events } from "./events.ts";
import { Facts } from "./facts.ts";
import { ForgetOrders } from "./forget-orders.ts";
import { Forgettings } from "./forgettings.ts";
import { Forks } from "./forks.ts";
import { Hearings } from "./hearings.ts";
import { Histories } from "./histories.ts";
import { HostSessions } from "./host-sessions.ts";
import { Jobs } from "./jobs.ts";
import { KnownCaptures } from "./known-captures.ts";
import { Leases } from "./leases.ts";
import { Lineage } from "./lineage.ts";
import { LogSums } from "./log-sums.ts";
import { PortableReads } from "./portable-reads.ts";
import { PortableTables } from "./portable-takings.ts";
import type { Drizzle } from "./prepare.ts";
import { ProjectMembers } from "./project-members.ts";
import { ProjectRuns } from "./project-runs.ts";
import { ProjectsWithRuns } from "./project-store.ts";
import { Projects } from "./projects.ts";
import { ProviderSessions } from "./provider-sessions.ts";
import { Prunes } from "./prunes.ts";
import { Redaction } from "./redaction.ts";
import { Rollups } from "./rollups.ts";
import { Runs } from "./runs.ts";
import { Scrubs } from "./scrubs.ts";
import { SearchFilters } from "./search-filters.ts";
import { SearchHits } from "./search-hits.ts";
import { SearchQueue } from "./search-queue.ts";
import { SearchSlices } from "./search-slices.ts";
import { SearchSlots } from "./search-slots.ts";
import { Searches } from "./search-store.ts";
import { SearchTables } from "./search-tables.ts";
import { SearchTexts } from "./search-texts.ts";
import { SessionGrowth } from "./session-growth.ts";
import { SessionIds } from "./session-ids.ts";
import { SessionList } from "./session-list.ts";
import { SessionPatches } from "./session-patches.ts";
import { Sessions } from "./sessions.ts";
import { Sources } from "./sources.ts";
import { Statistics } from "./stats.ts";
import { Todos } from "./todos.ts";
import { Turns } from "./turns.ts";

export type Parts = ReturnType<typeof createParts>;

export function createParts(db: Database.Database, options: StoreOptions) {
  const query: Drizzle = drizzle(db);
  const audit = new Audit(query, options);
  const redaction = new Redaction(options);
  const logSums = new LogSums(query);
  const rollups = new Rollups(query, logSums);
  const statistics = new Statistics(query, logSums, rollups);
  const projects = new Projects(query, options, redaction);
  const sessions = new Sessions(query, options, { projects });
  const sessionGrowth = new SessionGrowth(query, options);
  const todos = new Todos(query, options, { sessions, redaction });
  const runs = new Runs(query, options, { sessions, projects, redaction });
  const projectRuns = new ProjectRuns(query, { runs, projects, audit });
  const projectMembers = new ProjectMembers(query);
  const lineage = new Lineage(query);
  const searchQueue = new SearchQueue(query);
  const searchSlots = new SearchSlots(query);
  const searchTables = new SearchTables(query);
  const searchTexts = new SearchTexts(query);
  const actions = new Actions(query, options, { sessions, lineage, rollups, searchQueue, redaction });
  const histories = new Histories(query, { sessions, lineage, actions });
  const forks = new Forks(options, { sessions, lineage, todos, redaction });
  const jobs = new Jobs(query, options, { sessions, projects, audit, redaction });
  const events = new Events(query, options, { sessions, sessionGrowth, lineage, actions, runs, redaction });
  const hearings = new Hearings(query, { sessions, sessionGrowth, events, rollups, searchQueue });
  const providerSessions = new ProviderSessions(query, options, {
    sessions,
    projects,
    redaction,
    searchQueue,
  });
  const sources = new Sources(query, options);
  const erasures = new Erasures(query);
  const forgetOrders = new ForgetOrders(query, { audit, erasures });
  const work = new CapturedWork(query, options, projects);
  // What is taken in is there already: it is masked, never refused.
  const masking = new Redaction(options, { mayRefuse: false });
  return {
    accesses: new Accesses(query, options),
    actions,
    audit,
    automations: new Automations(query, options, { projects, jobs, audit, redaction }),
    captures: new Captures({
      providerSessions,
      events,
      hearings,
      actions,
      todos,
      runs,
      work,
      sources,
      redaction: masking,
    }),
    checkpoints: new Checkpoints(query, options, { sessions, todos, forks, audit, redaction }),
    deletedRows: new DeletedRows(query, options, { rollups, searchQueue }),
    deletions: new Deletions(query, options, { sessions, audit }),
    erasures,
    events,
    facts: new Facts(query, { sessions, lineage, histories, todos, runs }),
    forgettings: new Forgettings(query, options, {
      sessions,
      lineage,
      forgetOrders,
      erasures,
      searchQueue,
    }),
    forks,
    histories,
    hostSessions: new HostSessions(query),
    jobs,
    knownCaptures: new KnownCaptures(query, { providerSessions, events, actions, work }),
    claims: new Claims(query, options, { jobs, runs, sessions }),
    leases: new Leases(query, options, { jobs, redaction }),
    masking,
    portableReads: new PortableReads(query, { sessions, actions }),
    portableTables: new PortableTables(query),
    projectRuns,
    projectsWithRuns: new ProjectsWithRuns(query, {
      projects,
      projectRuns,
      projectMembers,
      audit,
      rollups,
      searchQueue,
    }),
    providerSessions,
    prunes: new Prunes(query),
    rollups,
    runs,
    scrubs: new Scrubs(query, {
      redaction,
      changed: (sessionId, seq) => searchQueue.add(sessionId, { from: seq, to: seq }),
    }),
    searchQueue,
    searchSlices: new SearchSlices({ searchSlots, searchQueue, searchTables, searchTexts }),
    searchSlots,
    searchTables,
    searches: new Searches(query, {
      searchTables,
      searchSlots,
      searchQueue,
      searchTexts,
      searchFilters: new SearchFilters(query, { sessions, projects, lineage }),
      searchHits: new SearchHits({ searchTexts, sessions, lineage }),
    }),
    sessionIds: new SessionIds(query),
    sessionList: new SessionList(query),
    sessionPatches: new SessionPatches(query, options, { sessions, providerSessions, audit, redaction }),
    sessions,
    sources,
    statistics,
    todos,
    turns: new Turns(query, { sessions, lineage, histories, runs }),
  };
}
