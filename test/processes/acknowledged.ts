// What writers were told is stored, against what is in the file: for every test that kills them, or the power.
import Database from "better-sqlite3";

export interface Acknowledged {
  sessionId: string;
  seq: number;
  content: string;
}

export interface Faults {
  lost: Acknowledged[];
  /** What must not be, whatever was acknowledged, each with the first rows in which it shows. */
  broken: string[];
}

const broken = {
  "an event twice": "SELECT content FROM events GROUP BY content HAVING count(*) > 1",
  "gaps in seq": `SELECT s.id FROM sessions s JOIN events e ON e.session_id = s.id GROUP BY s.id
    HAVING min(seq) <> 1 OR max(seq) <> count(*) OR count(DISTINCT seq) <> count(*)`,
  // A fork counts what it shares among its events, and not among its tokens.
  "counters that drifted": `SELECT id FROM sessions s WHERE forked_from_session_id IS NULL
    AND (last_seq <> event_count OR coalesce(input_tokens, 0) <> last_seq
      OR last_seq <> (SELECT count(*) FROM events e WHERE e.session_id = s.id))`,
  "events without their actions": `SELECT seq FROM events e WHERE action_count <>
    (SELECT count(*) FROM actions a WHERE a.session_id = e.session_id AND a.seq = e.seq)`,
};

/** Opens the file as anybody would: what its log holds is taken in. */
export function findFaults(file: string, acknowledged: readonly Acknowledged[]): Faults {
  const db = new Database(file);
  const find = db.prepare("SELECT content FROM events WHERE session_id = ? AND seq = ?").pluck();
  const faults: Faults = {
    lost: acknowledged.filter(({ sessionId, seq, content }) => find.get(sessionId, seq) !== content),
    broken: [],
  };
  const integrity = db.pragma("integrity_check", { simple: true });
  if (integrity !== "ok") faults.broken.push(`integrity: ${String(integrity)}`);
  const orphans = db.pragma("foreign_key_check") as unknown[];
  if (orphans.length > 0) faults.broken.push(`rows without their parent: ${JSON.stringify(orphans)}`);
  for (const [name, sql] of Object.entries(broken)) {
    const rows = db.prepare(`${sql} LIMIT 5`).all();
    if (rows.length > 0) faults.broken.push(`${name}: ${JSON.stringify(rows)}`);
  }
  db.close();
  return faults;
}
