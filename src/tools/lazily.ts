// Schemas are made when a call first needs them: to make those of all tools would be a good part of every start.

/** A function that makes its value once. */
export function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
