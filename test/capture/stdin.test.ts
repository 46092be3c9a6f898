// What a hook is given on stdin: taken up to the size of the largest line, refused beyond.
import { Readable } from "node:stream";
import { expect, it } from "vitest";
import { readInput } from "../../src/cli/stdin.ts";

const mebibyte = 1024 * 1024;
const give = (mebibytes: number) =>
  readInput(
    Readable.from(Array(mebibytes).fill(Buffer.alloc(mebibyte, "x"))) as unknown as NodeJS.ReadStream,
  );

it("takes a payload of 16 MiB, and refuses a longer one", async () => {
  expect(await give(16)).toHaveLength(16 * mebibyte);
  await expect(give(17)).rejects.toThrow("too long");
});
