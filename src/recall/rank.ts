// The best of some events for a query. It sees their texts and how common each term is, and knows no index.
import type { Passage } from "./passages.ts";
import type { Query } from "./query.ts";
import { type Reading, readPassage, type WeightedTerm } from "./reading.ts";
import { toPieces, toTerms } from "./terms.ts";

export interface Doc {
  /** Unique; among equals the greatest comes first. */
  readonly key: number;
  /** Its session: neighbours are of the same group, and at most two `seq` apart. */
  readonly group: string;
  readonly seq: number;
  readonly author: string;
  /** Milliseconds. */
  readonly createdAt: number;
  /** Of a short event all, of a long one those that may speak for it. */
  readonly passages: readonly Passage[];
  /** Whether it may be a result. An answer that repeats no word of its question is found by its neighbours' words. */
  readonly isCandidate: boolean;
}

export interface Stats {
  /** How many passages there are in the store, and how many terms one has on average. */
  readonly passages: number;
  readonly averageLength: number;
  /** In how many passages a term is; may be an estimate. */
  frequency(term: string): number;
}

export interface Scored {
  readonly key: number;
  readonly score: number;
  /** The passage that speaks for the event. */
  readonly passage: Passage;
}

/** How much finding the term says. Candidates are chosen by it too. */
export function idfOf(term: string, stats: Stats): number {
  const among = Math.min(stats.frequency(term), stats.passages);
  return Math.log(1 + (stats.passages - among + 0.5) / (among + 0.5));
}

// Each of these was measured, with and without: docs/recall.md.
const k1 = 0.8;
const b = 0.5;
/** A text of fewer terms gains nothing by being shorter still. */
const fewestTerms = 20;
/** Characters. A shorter event shares the words of its short neighbours; in a longer one they would drown its own. */
export const shortText = 400;
/** How much a word counts that stands next to the event, or next but one; of a question just before it, more. */
const neighbourWeights = [0, 0.4, 0.25];
const questionWeight = 0.8;
/** Words that follow upon each other in the query and in the text, as a share of the rarer one. */
const pairWeight = 0.7;
/** The user's own words are what is remembered; an assistant's reply repeats them at length. */
const userFactor = 2.2;
const namedFactor = 1.4;
/** The name itself is no more than an address: what the query asks is in its other words. */
const nameTermFactor = 0.5;
/** A whole name says more than its parts, which stand in many texts. */
const joinedFactor = 2;
const timeFactor = 1.4;
/** A text with a name, a path or a quotation exactly as the query has it. */
const literalFactor = 1.5;
/** The best of the same session, as a share of their mean: where more is found, the rest is more likely meant. */
const sessionShare = 0.2;
const sessionBest = 3;

/** The candidates for which anything speaks, best first. */
export function rank(query: Query, docs: readonly Doc[], stats: Stats): Scored[] {
  const named = namedAuthors(query, docs);
  const asked = weighTerms(query, named, stats);
  const read = docs.map((doc) => ({
    doc,
    readings: doc.passages.map((passage) => readPassage(passage, asked)),
  }));
  const terms = onlyFound(asked, read);
  const byGroup = groupRead(read);
  const hits = read.flatMap((one): Hit[] => {
    const { doc } = one;
    const near = wordsNear(one, byGroup.get(doc.group));
    const best =
      doc.isCandidate &&
      bestOf(
        one.readings,
        (reading) =>
          scoreOf(reading, near, terms, stats) * (holdsLiteral(query, reading) ? literalFactor : 1),
      );
    if (!best) return [];
    const factor =
      (doc.author === "user" ? userFactor : 1) *
      (named.has(doc.author) ? namedFactor : 1) *
      (isOfTime(query, doc) ? timeFactor : 1);
    return [{ key: doc.key, group: doc.group, passage: best.passage, score: best.score * factor }];
  });
  return liftSessions(hits).toSorted((one, other) => other.score - one.score || other.key - one.key);
}

interface Hit extends Scored {
  readonly group: string;
}

interface Read {
  readonly doc: Doc;
  readonly readings: readonly Reading[];
}

type Terms = ReadonlyMap<string, WeightedTerm>;

/** Authors all of whose name is in the query. */
function namedAuthors(query: Query, docs: readonly Doc[]): Set<string> {
  const asked = new Set(query.pieces);
  const isNamed = (author: string) => {
    const name = toPieces(author);
    return name.length > 0 && name.every((piece) => asked.has(piece));
  };
  return new Set([...new Set(docs.map(({ author }) => author))].filter(isNamed));
}

function weighTerms(query: Query, named: ReadonlySet<string>, stats: Stats): Terms {
  const names = new Set([...named].flatMap(toTerms));
  let place = 0;
  return new Map(
    query.terms.map(({ term, isJoined }) => {
      const factor = isJoined ? joinedFactor : names.has(term) ? nameTermFactor : 1;
      const weight = factor * idfOf(term, stats);
      return [term, { weight, place: isJoined ? undefined : place++ }];
    }),
  );
}

/** A long question has many joined spellings, and hardly any of them is in any text. */
function onlyFound(terms: Terms, read: readonly Read[]): Terms {
  const found = new Set<string>();
  for (const { readings } of read)
    for (const { counts } of readings) for (const term of counts.keys()) found.add(term);
  return new Map([...terms].filter(([term]) => found.has(term)));
}

/** By group and seq. */
function groupRead(read: readonly Read[]): Map<string, Map<number, Read>> {
  const byGroup = new Map<string, Map<number, Read>>();
  for (const one of read) {
    const bySeq = byGroup.get(one.doc.group) ?? new Map<number, Read>();
    byGroup.set(one.doc.group, bySeq.set(one.doc.seq, one));
  }
  return byGroup;
}

/** Of all passages of an event or some: one that begins further in is of a longer text. */
export function isShort(passages: readonly Passage[]): boolean {
  let length = 0;
  for (const { text, start } of passages) length += text.length + start;
  return length < shortText;
}

/** The query's terms in the short events around a short one, each with the most it counts from any of them. */
function wordsNear({ doc }: Read, bySeq: ReadonlyMap<number, Read> | undefined): Map<string, number> {
  const near = new Map<string, number>();
  if (!isShort(doc.passages)) return near;
  for (const distance of [-2, -1, 1, 2]) {
    const other = bySeq?.get(doc.seq + distance);
    if (!other || !isShort(other.doc.passages)) continue;
    const asks = distance === -1 && other.doc.passages.some(({ text }) => /[?？]/.test(text));
    const weight = asks ? questionWeight : (neighbourWeights[Math.abs(distance)] ?? 0);
    for (const { counts } of other.readings)
      for (const term of counts.keys()) near.set(term, Math.max(weight, near.get(term) ?? 0));
  }
  return near;
}

function bestOf(readings: readonly Reading[], scoreOf: (reading: Reading) => number) {
  let best: { passage: Passage; score: number } | undefined;
  for (const reading of readings) {
    const score = scoreOf(reading);
    if (score > (best?.score ?? 0)) best = { passage: reading.passage, score };
  }
  return best;
}

function holdsLiteral({ literals }: Query, { passage }: Reading): boolean {
  return literals.some((literal) => passage.text.includes(literal));
}

/** BM25 of the passage's own and its neighbours' words, and what its pairs of words add. */
function scoreOf(
  { counts, length, pairs }: Reading,
  near: ReadonlyMap<string, number>,
  terms: Terms,
  { averageLength }: Stats,
): number {
  const norm = k1 * (1 - b + (b * Math.max(length, fewestTerms)) / Math.max(averageLength, 1));
  let score = 0;
  for (const [term, { weight }] of terms) {
    const count = (counts.get(term) ?? 0) + (near.get(term) ?? 0);
    score += (weight * count * (k1 + 1)) / (count + norm);
  }
  for (const weight of pairs.values()) score += pairWeight * weight;
  return score;
}

function isOfTime({ times }: Query, { createdAt }: Doc): boolean {
  const date = new Date(createdAt);
  return times.some(
    ({ year, month }) =>
      (year === undefined || year === date.getUTCFullYear()) &&
      (month === undefined || month === date.getUTCMonth() + 1),
  );
}

function liftSessions(hits: readonly Hit[]): Hit[] {
  const best = new Map<string, Hit[]>();
  for (const hit of hits.toSorted((one, other) => other.score - one.score)) {
    const group = best.get(hit.group) ?? [];
    if (group.length < sessionBest) best.set(hit.group, [...group, hit]);
  }
  return hits.map((hit) => {
    const others = (best.get(hit.group) ?? []).filter(({ key }) => key !== hit.key);
    const sum = others.reduce((total, { score }) => total + score, 0);
    return { ...hit, score: hit.score + (sessionShare * sum) / sessionBest };
  });
}
