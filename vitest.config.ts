import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Kill loops and starts of the built program take their time on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
