// Which directory a hash stands for, where a host wrote nothing else: one of those that are known.
import { hash } from "node:crypto";

/** SHA-256 of its path → the directory. Null: none that is known. */
export type FindDirectory = (directoryHash: string) => Promise<string | null>;

export class DirectoryHashes {
  readonly #byHash = new Map<string, string>();
  readonly #list: () => Promise<readonly string[]>;
  #listed = false;

  /** @param list of what is known beforehand, asked once, and only if there is a hash to be found */
  constructor(list: () => Promise<readonly string[]>) {
    this.#list = list;
  }

  add(directory: string): void {
    this.#byHash.set(hash("sha256", directory), directory);
  }

  async find(directoryHash: string): Promise<string | null> {
    if (!this.#listed) for (const directory of await this.#list()) this.add(directory);
    this.#listed = true;
    return this.#byHash.get(directoryHash) ?? null;
  }
}
