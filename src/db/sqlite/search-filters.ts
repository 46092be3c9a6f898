// Where a search looks: a query's scope and filters, as keys of the index and as a look at the rows themselves.
import { and, eq, isNull, sql } from "drizzle-orm";
import type { Session } from "../records.ts";
import type { SearchedScope, SearchQuery, SearchScope } from "../search.ts";
import type { Lineage, Part } from "./lineage.ts";
import { columnsOf, type Drizzle, Prepared } from "./prepare.ts";
import type { Projects } from "./projects.ts";
import { sessions } from "./schema.ts";
import { filterKey, keysOfRange } from "./search-keys.ts";
import type { TextRow } from "./search-texts.ts";
import type { Sessions } from "./sessions.ts";

/** What an event must have. */
export interface Filters {
  scope: SearchedScope;
  /** One key of each group. */
  keys: string[][];
  /** Nothing at all can pass. */
  isEmpty: boolean;
  /** By its row alone. */
  passes(row: TextRow): boolean;
  /** With the tools that it called. */
  passesWith(row: TextRow, toolNames: readonly string[]): boolean;
}

type Place = { keys: string[]; passes: (row: TextRow) => boolean } | null;

export class SearchFilters {
  readonly #sessions: Sessions;
  readonly #projects: Projects;
  readonly #lineage: Lineage;
  readonly #orphan;

  constructor(db: Drizzle, related: { sessions: Sessions; projects: Projects; lineage: Lineage }) {
    this.#sessions = related.sessions;
    this.#projects = related.projects;
    this.#lineage = related.lineage;
    this.#orphan = new Prepared(db, () =>
      db
        .select({ id: columnsOf(sessions).id })
        .from(sessions)
        .where(and(isNull(sessions.projectId), eq(sessions.directory, sql.placeholder("directory"))))
        .limit(1),
    );
  }

  /** `hasKey`: whether any event is filed under a key. */
  of(query: SearchQuery, hasKey: (key: string) => boolean): Filters {
    const { directory, appName, userId, authors, types, toolName, since, until } = query;
    const { scope, place } = this.#placeOf(query.scope, hasKey);
    const keys: string[][] = place ? [place.keys] : [];
    const add = (name: Parameters<typeof filterKey>[0], values: readonly string[] | undefined) => {
      if (values) keys.push(values.map((value) => filterKey(name, value)));
    };
    add("directory", listOf(directory));
    add("app", listOf(appName));
    add("user", listOf(userId));
    add("author", authors);
    add("type", types);
    add("tool", listOf(toolName));
    if (since !== undefined || until !== undefined) {
      keys.push(keysOfRange(since ?? Number.NEGATIVE_INFINITY, until ?? Number.POSITIVE_INFINITY));
    }
    // A key that nobody has costs as much as one that many have.
    const known = keys.map((group) => (group.length === 1 ? group : group.filter(hasKey)));
    const passes = (row: TextRow) =>
      row.isDeleted === 0 &&
      (place === null || place.passes(row)) &&
      isOneOf(row.directory, listOf(directory)) &&
      isOneOf(row.appName, listOf(appName)) &&
      isOneOf(row.userId, listOf(userId)) &&
      isOneOf(row.author, authors) &&
      isOneOf(row.type, types) &&
      row.createdAt >= (since ?? Number.NEGATIVE_INFINITY) &&
      row.createdAt <= (until ?? Number.POSITIVE_INFINITY);
    return {
      scope,
      keys: known,
      isEmpty: known.some((group) => group.length === 0),
      passes,
      passesWith: (row, toolNames) =>
        passes(row) && (toolName === undefined || toolNames.includes(toolName.toWellFormed())),
    };
  }

  #placeOf(given: SearchScope, hasKey: (key: string) => boolean): { scope: SearchedScope; place: Place } {
    if (given.kind === "all") return { scope: given, place: null };
    if (given.kind === "session") {
      return { scope: given, place: this.#inSession(this.#sessions.get(given.sessionId)) };
    }
    const worked =
      "sessionId" in given.of
        ? projectOf(this.#sessions.get(given.of.sessionId))
        : this.#projectAt(given.of.workspace);
    const { projectId, directory } = worked;
    const isIn = (row: TextRow) => row.directory === directory;
    if (projectId === null) {
      const key = filterKey("directory", directory);
      const scope = { kind: "project" as const, projectId, directory, isKnown: hasKey(key) };
      return { scope, place: { keys: [key], passes: isIn } };
    }
    const keys = [filterKey("project", projectId)];
    // Of a project that was deleted and is there again, those that it left behind.
    const hasOrphans = this.#orphan.get({ directory }) !== undefined;
    if (hasOrphans) keys.push(filterKey("directory", directory));
    const passes = (row: TextRow) =>
      row.projectId === projectId || (hasOrphans && row.projectId === null && isIn(row));
    return { scope: { kind: "project", projectId, directory, isKnown: true }, place: { keys, passes } };
  }

  #inSession(session: Session): Place {
    const parts = this.#lineage.partsOf(session);
    const owners = [...new Set(parts.map(({ ownerId }) => ownerId))];
    const holds = ({ ownerId, fromSeq, toSeq }: Part, { sessionId, seq }: TextRow) =>
      ownerId === sessionId && seq >= fromSeq && seq <= toSeq;
    return {
      keys: owners.map((id) => filterKey("session", id)),
      passes: (row) => parts.some((part) => holds(part, row)),
    };
  }

  #projectAt({ directory, projectDirectory }: { directory: string; projectDirectory: string }) {
    const project = this.#projects.at(projectDirectory);
    return { projectId: project?.id ?? null, directory: project?.directory ?? directory.toWellFormed() };
  }
}

function projectOf({ projectId, directory }: Session) {
  return { projectId, directory };
}

const listOf = (value: string | undefined) => (value === undefined ? undefined : [value]);

function isOneOf(value: string | null, values: readonly string[] | undefined): boolean {
  return values === undefined || values.some((one) => one.toWellFormed() === value);
}
