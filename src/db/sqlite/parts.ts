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
import { Deletions } from "./deletions.ts";
import { Events } from "./events.ts";
import { Facts } from "./facts.ts";
import { Forks } from "./forks.ts";
import { Hearings } from "./hearings.ts";
import { Histories } from "./histories.ts";
import { Jobs } from "./jobs.ts";
import { Leases } from "./leases.ts";
import { Lineage } from "./lineage.ts";
import { LogSums } from "./log-sums.ts";
import type { Drizzle } from "./prepare.ts";
import { ProjectMembers } from "./project-members.ts";
import { ProjectRuns } from "./project-runs.ts";
import { ProjectsWithRuns } from "./project-store.ts";
import { Projects } from "./projects.ts";
import { ProviderSessions } from "./provider-sessions.ts";
import { Rollups } from "./rollups.ts";
import { Runs } from "./runs.ts";
import { SessionIds } from "./session-ids.ts";
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
  const logSums = new LogSums(query);
  const rollups = new Rollups(query, logSums);
  const statistics = new Statistics(query, logSums, rollups);
  const projects = new Projects(query, options);
  const sessions = new Sessions(query, options, projects);
  const todos = new Todos(query, options, sessions);
  const runs = new Runs(query, options, { sessions, projects });
  const projectRuns = new ProjectRuns(query, { runs, projects, audit });
  const projectMembers = new ProjectMembers(query);
  const lineage = new Lineage(query);
  const actions = new Actions(query, options, { sessions, lineage, rollups });
  const histories = new Histories(query, { sessions, lineage, actions });
  const forks = new Forks(options, { sessions, lineage, todos });
  const jobs = new Jobs(query, options, { sessions, projects, audit });
  const events = new Events(query, options, { sessions, lineage, actions, runs, rollups });
  const hearings = new Hearings(query, { sessions });
  const providerSessions = new ProviderSessions(query, options, { sessions, projects });
  const sources = new Sources(query, options);
  const work = new CapturedWork(query, options, projects);
  return {
    accesses: new Accesses(query, options),
    actions,
    audit,
    automations: new Automations(query, options, { projects, jobs, audit }),
    captures: new Captures({ providerSessions, events, hearings, actions, todos, runs, work, sources }),
    checkpoints: new Checkpoints(query, options, { sessions, todos, forks, audit }),
    deletions: new Deletions(query, options, { sessions, audit, rollups }),
    events,
    facts: new Facts(query, { sessions, lineage, histories, todos, runs }),
    forks,
    histories,
    jobs,
    leases: new Leases(query, options, { jobs, runs, sessions }),
    projectRuns,
    projectsWithRuns: new ProjectsWithRuns(query, { projects, projectRuns, projectMembers, audit, rollups }),
    providerSessions,
    rollups,
    runs,
    sessionIds: new SessionIds(query),
    sessionPatches: new SessionPatches(query, options, { sessions, providerSessions, audit }),
    sessions,
    sources,
    statistics,
    todos,
    turns: new Turns(query, { sessions, lineage, histories, runs }),
  };
}
