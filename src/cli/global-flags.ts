// The flags with a value that stand before or behind any command, for those who read arguments without the parser: the
// command's first file, which has loaded nothing yet, and the hook, which has no time for it.

export const valueFlags = ["db", "durability", "toolsets", "redaction", "log-level", "large-store"] as const;

/** The first word that is neither a flag nor a flag's value: a command's name, if it is one. */
export function commandIn(args: readonly string[]): string | undefined {
  return args.find((word, at) => !word.startsWith("-") && !takesValue(args[at - 1]));
}

function takesValue(word: string | undefined): boolean {
  return valueFlags.some((flag) => word === `--${flag}`);
}
