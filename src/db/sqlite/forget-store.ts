// What the Store promises of forgetting: that it is done, and that nothing of it is left in the file.
import type { ForgetStore } from "../forgetting.ts";
import { copiesWith, listCopies } from "./copies.ts";
import type { Erasure } from "./erasure.ts";
import type { Erasures } from "./erasures.ts";
import type { ForgetSlices } from "./forget-slices.ts";
import type { Forgettings } from "./forgettings.ts";
import type { Transactions } from "./transactions.ts";

interface Related {
  forgettings: Forgettings;
  forgetSlices: ForgetSlices;
  erasures: Erasures;
  erasure: Erasure;
  file: string;
}

export function forgetStore(
  transactions: Transactions,
  { forgettings, forgetSlices, erasures, erasure, file }: Related,
): ForgetStore {
  return {
    async forget(what, by) {
      const forgotten = await erasure.alone(async () =>
        forgetSlices.run(await transactions.write(() => forgettings.begin(what, by))),
      );
      if (what.unfinished) return { ...forgotten, pending: "held", copies: [], unreadCopies: [] };
      const pending = await erasure.finish();
      return { ...forgotten, pending, ...copiesWith(file, what) };
    },
    isFinished: () => transactions.read(() => erasures.isDone()),
    finish: (options) => erasure.finish(options),
    listCopies: async () => listCopies(file),
  };
}
