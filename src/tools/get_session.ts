// get_session: a session with its todos, its latest run and its last turn.
import * as z from "zod";
import { countTodos } from "../resume/todo-counts.ts";
import { fits, fitWholeItems } from "./budget.ts";
import { cutRun, cutSession, cutTodo, cutTurnId } from "./cut-records.ts";
import { defineTool } from "./define-tool.ts";
import { maxChars, name, sessionId } from "./fields.ts";
import { toWireRun, toWireSession, toWireTodo } from "./to-wire.ts";
import { withWork } from "./wire-jobs.ts";
import { type WireTodo, wireCounts, wireRun, wireSession, wireTodo } from "./wire-records.ts";
import { toWireTurn, wireTurn } from "./wire-turns.ts";

export const getSession = defineTool({
  name: "get_session",
  title: "Get a session",
  description: "A session with its counters, its todos, its latest run and its last turn.",
  toolset: "sessions",
  effect: "read",
  input: () =>
    z.strictObject({
      session_id: sessionId(),
      app_name: name().optional().describe("When given it must match"),
      user_id: name().optional().describe("When given it must match"),
      max_chars: maxChars(),
    }),
  output: () =>
    z.object({
      session: wireSession(),
      todos: z.array(wireTodo()),
      counts: wireCounts(),
      latest_run: wireRun().optional(),
      last_turn: wireTurn().optional(),
      truncated: z.boolean().optional().describe("get_todos has the rest of the todos"),
    }),
  async run({ session_id, app_name, user_id, max_chars }, { store }) {
    const found = await store.getSession(session_id, { appName: app_name, userId: user_id });
    const [list, run, turn, work] = await Promise.all([
      store.getTodos(session_id),
      store.latestRun(session_id),
      store.latestTurn(session_id),
      store.jobs.workOf([session_id]),
    ]);
    const counts = countTodos(list.todos);
    const whole = {
      session: withWork(toWireSession(found), work.get(session_id)),
      latest_run: run === null ? undefined : toWireRun(run),
      last_turn: turn === null ? undefined : toWireTurn(turn),
      counts,
    };
    // The todos may take what the rest leaves, which is at least half.
    const smaller = [4_000, 600, 100, 0].map((cap) => ({
      ...whole,
      session: cutSession(whole.session, cap),
      latest_run: whole.latest_run && cutRun(whole.latest_run, cap),
      last_turn: whole.last_turn && cutTurnId(whole.last_turn, cap),
    }));
    const least = { session: cutSession(whole.session, 0), counts };
    const rest = [whole, ...smaller].find((candidate) => fits(candidate, max_chars / 2)) ?? least;
    const wrap = (todos: readonly WireTodo[]) => ({ ...rest, todos: [...todos], truncated: true });
    const { result, items, cutShort } = fitWholeItems(list.todos.map(toWireTodo), max_chars, wrap, cutTodo);
    if (!fits(result, max_chars)) return wrap([]);
    return { ...rest, todos: [...items], truncated: cutShort || undefined };
  },
});
