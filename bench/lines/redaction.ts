// What redaction costs: an append of 1 KB with it against the same without, and a text by itself.
import { createRedactor } from "../../src/redaction/redactor.ts";
import { newEvent } from "../../test/new-records.ts";
import type { Line } from "../line.ts";
import { interleave } from "../measure.ts";
import { openBenchStore, prose, sessionIn } from "../store.ts";

const content = prose(1000);
// As the output of a tool: marks of assignment, hyphens, names of keys, and no secret.
const dense = 'const key = read("max_tokens"); // see https://example.com/a-b_c?token=$TOKEN\n'
  .repeat(13)
  .slice(0, 1000);

const append: Line = {
  name: "Store.appendEvent with redaction / without, at NORMAL",
  unit: "ms",
  atMost: 1.1,
  async measure(bench) {
    const [plain, plainAgain, redacting] = await Promise.all([
      openBenchStore(bench.newFile(), "normal"),
      openBenchStore(bench.newFile(), "normal"),
      openBenchStore(bench.newFile(), "normal", createRedactor("mask")),
    ]);
    const appendTo = async (store: typeof plain) => {
      const { record } = await store.createSession(sessionIn("/bench"));
      return () => store.appendEvent(newEvent(record.id, { author: "assistant", content }));
    };
    const runs = {
      floor: await appendTo(plain),
      floorAgain: await appendTo(plainAgain),
      ours: await appendTo(redacting),
    };
    const { floor, floorAgain, ours } = await interleave(runs, { rounds: 6000, warmUp: 1500 });
    await Promise.all([plain, plainAgain, redacting].map((store) => store.close()));
    return { floor, floorAgain, ours };
  },
};

function textLine(name: string, text: string): Line {
  const { redact } = createRedactor("mask");
  return {
    name,
    unit: "ms",
    async measure() {
      const ours = () => {
        for (let times = 0; times < 1000; times += 1) redact(text);
      };
      return interleave({ ours }, { rounds: 50, warmUp: 10 });
    },
  };
}

export const redactionLines: readonly Line[] = [
  append,
  textLine("redaction of 1,000 texts of 1 KB of prose", content),
  textLine("redaction of 1,000 texts of 1 KB that look like secrets", dense),
];
