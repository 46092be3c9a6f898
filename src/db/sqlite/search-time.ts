// The time that a search gives to reading candidates: who asks for words in a row may have many events that only have
// the words.

// Milliseconds. The server answers nobody else meanwhile.
const mostReading = 150;

export class ReadingTime {
  readonly #end = performance.now() + mostReading;
  #ranOut = false;

  /** It is over, and there was still something to read. */
  get ranOut(): boolean {
    return this.#ranOut;
  }

  isOver(): boolean {
    this.#ranOut ||= performance.now() > this.#end;
    return this.#ranOut;
  }
}
