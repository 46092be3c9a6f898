// The user's text stands in a rollout twice, as a response item and as an event: which of them is the second?
import type { JsonObject } from "../host.ts";
import { asText } from "../narrow.ts";

const comparedCharacters = 2_000;

export class Prompts {
  /** The one whose twin has not come. */
  #text: string | null;
  #isItem: boolean;

  constructor(state: JsonObject | null) {
    this.#text = asText(state?.text);
    this.#isItem = state?.isItem === true;
  }

  /** The item has the notes of pictures besides, so that it holds the event's text. */
  isRepeated(content: string, isItem: boolean): boolean {
    const text = content.slice(0, comparedCharacters);
    const before = this.#text;
    const twins = before !== null && this.#isItem !== isItem;
    const repeated = twins && (isItem ? text.includes(before) : before.includes(text));
    this.#text = repeated ? null : text;
    this.#isItem = isItem;
    return repeated;
  }

  /** An answer has come: what the user says next is said anew. */
  answered(): void {
    this.#text = null;
  }

  state(): JsonObject {
    return { text: this.#text, isItem: this.#isItem };
  }
}
