// Where the user, or the agent host, is at work.
import { isAbsolute, resolve, win32 } from "node:path";

/** Claude Code starts servers elsewhere, and says in a variable where the project is. */
export function currentDirectory(): string {
  return process.env.CLAUDE_PROJECT_DIR || workingDirectory();
}

/** The root, if it has been deleted under us. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return resolve("/");
  }
}

/** A relative path is the client's; an absolute one, of whatever platform, stays. */
export function against(directory: string, path: string): string {
  return isAbsolute(path) || win32.isAbsolute(path) ? path : resolve(directory, path);
}
