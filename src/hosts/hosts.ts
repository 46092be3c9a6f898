// The hosts there are: a new one is a folder and a line here.
import { claudeCode } from "./claude-code/claude-code.ts";
import { codex } from "./codex/codex.ts";
import type { Host } from "./host.ts";
import { opencode } from "./opencode/opencode.ts";

/** In the order in which they are asked whether a file is theirs. */
export const hosts: readonly Host[] = [claudeCode, codex, opencode];
