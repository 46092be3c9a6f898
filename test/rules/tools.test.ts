// Rules that hold for every tool, over the list of tools itself, and the wire contract as one snapshot per tool.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toInputError } from "../../src/server/input-errors.ts";
import { annotationsOf } from "../../src/tools/define-tool.ts";
import { tools } from "../../src/tools/index.ts";
import { defaultToolsets, toolsets } from "../../src/tools/toolsets.ts";

const mostTokens = 4_000;
const mostChars = 1_900;
const snapshots = join(import.meta.dirname, "..", "snapshots");

const cost = ({ name, description, inputSchema }: (typeof tools)[number]) =>
  JSON.stringify({ name, description, inputSchema }).length;

describe("the list of tools", () => {
  it("names each once, and fits its toolsets", () => {
    const names = tools.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { toolset } of tools) expect(toolsets).toContain(toolset);
  });

  it(`costs a model at most ${mostTokens} tokens unless the user asks for more`, () => {
    const offered = tools.filter(({ toolset }) => defaultToolsets.includes(toolset));
    const total = offered.reduce((sum, tool) => sum + cost(tool), 0);
    expect(total / 4).toBeLessThan(mostTokens);
  });
});

describe.each(tools.map((tool) => [tool.name, tool] as const))("%s", (_name, tool) => {
  it("is the contract of its snapshot", async () => {
    const { name, title, description, toolset, inputSchema, outputSchema } = tool;
    const contract = {
      name,
      title,
      description,
      toolset,
      annotations: annotationsOf(tool),
      inputSchema,
      outputSchema,
    };
    await expect(`${JSON.stringify(contract, null, 2)}\n`).toMatchFileSnapshot(
      join(snapshots, `${name}.json`),
    );
  });

  it("advertises only what strict hosts take", () => {
    for (const schema of [tool.inputSchema, tool.outputSchema]) {
      expect(schema.type).toBe("object");
      const text = JSON.stringify(schema);
      expect(text).not.toContain("$schema");
      expect(text).not.toContain("$ref");
      expect(text).not.toContain("9007199254740991");
      expect(text).not.toContain('"pattern"');
      for (const union of ["anyOf", "oneOf", "allOf"]) expect(schema).not.toHaveProperty(union);
    }
    expect(tool.inputSchema.additionalProperties).toBe(false);
    expect(cost(tool)).toBeLessThanOrEqual(mostChars);
  });

  it("sets all four hints, as its effect says", () => {
    const { title, ...hints } = annotationsOf(tool);
    expect(title).not.toBe("");
    expect(Object.values(hints)).toHaveLength(4);
    expect(hints.readOnlyHint).toBe(tool.effect === "read");
    expect(hints.destructiveHint).toBe(tool.effect === "delete");
  });

  it("refuses an unknown key", async () => {
    const call = tool.call({ no_such_key: 1 }, {} as never);
    const refused = { name: "InputError", message: expect.stringContaining("no_such_key") };
    await expect(call).rejects.toMatchObject(refused);
    const told = await call.then(
      () => "",
      (error) => toInputError(error.zodError, tool).hint,
    );
    expect(told?.includes("Nothing was stored")).toBe(tool.effect !== "read");
  });
});
