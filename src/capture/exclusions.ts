// Which directories are left out: those with a .backstoryignore file, those of the list, and all below them.
import { access } from "node:fs/promises";
import { dirname, join } from "node:path";

const ignoreFile = ".backstoryignore";

export class Exclusions {
  readonly #listed: ReadonlySet<string>;
  readonly #known = new Map<string, Promise<boolean>>();

  /** @param listed real paths */
  constructor(listed: readonly string[]) {
    this.#listed = new Set(listed);
  }

  /** Asked of the disk once for each directory: one made for each import. */
  has(directory: string): Promise<boolean> {
    let known = this.#known.get(directory);
    if (known === undefined) {
      known = this.#find(directory);
      this.#known.set(directory, known);
    }
    return known;
  }

  async #find(directory: string): Promise<boolean> {
    if (this.#listed.has(directory)) return true;
    const parent = dirname(directory);
    if (parent !== directory && (await this.has(parent))) return true;
    return access(join(directory, ignoreFile)).then(
      () => true,
      () => false,
    );
  }
}
