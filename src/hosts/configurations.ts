// The hosts that `backstory install` sets up.
import { claudeCodeConfiguration } from "./claude-code/configuration.ts";
import { codexConfiguration } from "./codex/configuration.ts";
import type { HostConfiguration } from "./configuration.ts";
import { copilotConfiguration } from "./copilot/configuration.ts";
import { cursorConfiguration } from "./cursor/configuration.ts";
import { geminiConfiguration } from "./gemini/configuration.ts";
import { opencodeConfiguration } from "./opencode/configuration.ts";
import { vscodeConfiguration } from "./vscode/configuration.ts";

export const configurations: readonly HostConfiguration[] = [
  claudeCodeConfiguration,
  codexConfiguration,
  cursorConfiguration,
  vscodeConfiguration,
  opencodeConfiguration,
  geminiConfiguration,
  copilotConfiguration,
];
