// What a person reads in the place of an agent's hint.
import { expect, test } from "vitest";
import { toSpokenHint } from "../../src/cli/spoken-hint.ts";

test.each([
  [
    "list_sessions lists the ids; create_session makes a new one.",
    "`backstory list` lists the ids. `backstory import` takes in what agent hosts have recorded.",
  ],
  ["list_runs lists the ids; get_history shows more.", "`backstory show` shows more."],
  ["get_history lists the events; add_event records one.", "`backstory show` lists the events."],
  ["list_runs lists the ids; start_run makes one.", "`backstory help` lists the commands."],
  ["Move /home/list_sessions/x.db away. Start again.", "Move /home/list_sessions/x.db away. Start again."],
  ["It needs session_id.", "It needs session_id."],
])("%s", (hint, spoken) => expect(toSpokenHint(hint)).toBe(spoken));
