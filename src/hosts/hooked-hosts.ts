// The hosts whose hooks call us. Each is loaded when it calls: a hook is waited for, and needs one of them.
import type { HostHooks } from "./hooks.ts";

const loaders: Readonly<Record<string, () => Promise<HostHooks>>> = {
  "claude-code": async () => (await import("./claude-code/hooks.ts")).claudeCodeHooks,
  codex: async () => (await import("./codex/hooks.ts")).codexHooks,
  gemini: async () => (await import("./gemini/hooks.ts")).geminiHooks,
  opencode: async () => (await import("./opencode/hooks.ts")).opencodeHooks,
  cursor: async () => (await import("./cursor/hooks.ts")).cursorHooks,
  vscode: async () => (await import("./vscode/hooks.ts")).vscodeHooks,
  copilot: async () => (await import("./copilot/hooks.ts")).copilotHooks,
};

export const hookedHosts: readonly string[] = Object.keys(loaders);

/** Null: a host without hooks of ours. */
export async function loadHooks(name: string): Promise<HostHooks | null> {
  return Object.hasOwn(loaders, name) ? ((await loaders[name]?.()) ?? null) : null;
}
