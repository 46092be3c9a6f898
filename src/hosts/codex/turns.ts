// Which turn an item of Codex belongs to: the host's id where it is said before the prompt, else the prompt's own key.
import type { JsonObject } from "../host.ts";
import { asText } from "../narrow.ts";

export class Turns {
  id: string | null;
  /** The host has named a turn whose prompt has not come. */
  #announced: boolean;
  /** The turn has its prompt's key for an id: the host's comes too late for it. */
  #named: boolean;

  constructor(state: JsonObject | null) {
    this.id = asText(state?.id);
    this.#announced = state?.announced === true;
    this.#named = state?.named === true;
  }

  starts(id: string | null): void {
    if (id === null) return;
    this.id = id;
    this.#announced = true;
    this.#named = false;
  }

  /** The context of a turn comes with each of its answers, and in some versions before its prompt. */
  goesOn(id: string | null): void {
    if (id !== null && !this.#named && id !== this.id) this.starts(id);
  }

  /** The turn that a prompt opens, or for which it was awaited. */
  prompt(key: string): string {
    if (!this.#announced || this.id === null) {
      this.id = key;
      this.#named = true;
    }
    this.#announced = false;
    return this.id;
  }

  state(): JsonObject {
    return { id: this.id, announced: this.#announced, named: this.#named };
  }
}
