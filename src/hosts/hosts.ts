// The hosts that Backstory knows. Where a file could be two hosts', the first one here has it.
import { agentYes } from "./agent-yes/agent-yes.ts";
import { aster } from "./aster/aster.ts";
import { claudeCode } from "./claude-code/claude-code.ts";
import { codewhale } from "./codewhale/codewhale.ts";
import { codex } from "./codex/codex.ts";
import { etcode } from "./etcode/etcode.ts";
import { gemini } from "./gemini/gemini.ts";
import type { Host } from "./host.ts";
import { opencode } from "./opencode/opencode.ts";
import { pokecode } from "./pokecode/pokecode.ts";

export const hosts: readonly Host[] = [
  codex,
  gemini,
  codewhale,
  claudeCode,
  opencode,
  etcode,
  aster,
  pokecode,
  agentYes,
];
