// zod → the JSON Schema that hosts are shown: small, and free of what strict hosts refuse.
import * as z from "zod";

export type JsonSchema = { [key: string]: unknown; type: "object" };

/**
 * No `$schema` (hosts that know only another draft then refuse every call), no patterns (a date's is 300
 * characters), and no ±9007199254740991 as the bounds of a plain integer.
 */
export function toWireSchema(schema: z.ZodObject, io: "input" | "output"): JsonSchema {
  const { $schema: _draft, ...json } = z.toJSONSchema(schema, {
    io,
    reused: "inline",
    override: ({ jsonSchema }) => {
      delete jsonSchema.pattern;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      // Checked all the same; a model gains nothing from them, and pays for each in every conversation.
      if (jsonSchema.minLength === 1) delete jsonSchema.minLength;
      if (jsonSchema.minimum === 0) delete jsonSchema.minimum;
      delete jsonSchema.maximum;
      delete jsonSchema.maxItems;
      delete jsonSchema.minItems;
    },
  });
  return json as JsonSchema;
}
