// What `backstory doctor` says of what was forgotten: whether bytes of it may still be in the file.
import type { Check, Examined } from "./check.ts";

export async function checkErasure({ store: { forgetting } }: Examined): Promise<Check> {
  const name = "forgetting";
  if (await forgetting.isFinished())
    return { name, ok: true, found: "No byte of what was forgotten is left in the file." };
  return {
    name,
    ok: true,
    warning: true,
    found: "Bytes of what was forgotten may still be in the file, or in the log beside it.",
    advice:
      "A server finishes it when others let it be; backstory scrub --compact does so now, or says why not.",
  };
}
