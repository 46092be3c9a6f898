// Runs one of the system's own programs, without a shell, and returns what it said.
// Must not know what is asked or why.
import { execFile } from "node:child_process";

/** `code` is null when the program could not be started, was killed or ran out of time. */
export interface CommandOutcome {
  code: number | null;
  stdout: string;
}

// Windows PowerShell alone takes up to some seconds to start on a busy machine.
const timeoutMs = 10_000;
const maxBuffer = 16 * 1024 * 1024;

/**
 * Never rejects.
 * @param file an absolute path: a bare name is looked up in the current directory first on Windows, which
 *   belongs to the project and not to us.
 */
export function runCommand(
  file: string,
  args: string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<CommandOutcome> {
  return new Promise((resolve) => {
    const options = { env: environment, timeout: timeoutMs, maxBuffer, windowsHide: true };
    const child = execFile(file, args, options, (error, stdout) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ code, stdout });
    });
    child.stdin?.end();
  });
}
