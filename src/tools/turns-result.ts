// The result of a history by turns: whole turns within the characters, or a part of the first.
import type { TurnEvents, TurnHistory } from "../db/turns.ts";
import { fitItems, fits } from "./budget.ts";
import { cutEvent, cutTurnId, leastEventSize, toConcise } from "./cut-records.ts";
import { toWireEvent } from "./to-wire.ts";
import type { WireEvent } from "./wire-records.ts";
import { toWireTurn, type WireTurnEvents } from "./wire-turns.ts";

// Rather fewer events of a turn than shorter texts.
const leastCap = 300;

interface Shown {
  turns: WireTurnEvents[];
  next_cursor: string | undefined;
}

/** `cursorBehind` makes the cursor of what follows a turn. */
export function toTurnsResult(
  { items, more }: TurnHistory,
  { concise, maxChars }: { concise: boolean; maxChars: number },
  cursorBehind: (turn: TurnEvents["turn"]) => string,
): Shown {
  const wrap = (turns: readonly WireTurnEvents[]): Shown => {
    const last = items[turns.length - 1];
    const next_cursor = last && (more || turns.length < items.length) ? cursorBehind(last.turn) : undefined;
    return { turns: [...turns], next_cursor };
  };
  const turns = items.map((item) => ({
    ...toWireTurn(item.turn),
    events: item.events.map((event) => (concise ? toConcise(toWireEvent(event)) : toWireEvent(event))),
    truncated: item.more || undefined,
  }));
  const { result } = fitItems(turns, maxChars, wrap, cutTurn, leastTurnSize);
  const [first] = turns;
  if (first === undefined || fits(result, maxChars)) return result;
  const wrapPart = (events: readonly WireEvent[]) => {
    const truncated = first.truncated || events.length < first.events.length || undefined;
    return wrap([{ ...cutTurnId(first, maxChars / 8), events: [...events], truncated }]);
  };
  return fitItems(first.events, maxChars, wrapPart, cutEvent, leastEventSize).result;
}

function cutTurn({ events, ...turn }: WireTurnEvents, cap: number): WireTurnEvents {
  return { ...cutTurnId(turn, cap), events: events.map((event) => cutEvent(event, Math.max(cap, leastCap))) };
}

function leastTurnSize({ events }: WireTurnEvents, cap: number): number {
  return events.reduce((chars, event) => chars + leastEventSize(event, cap), 0);
}
