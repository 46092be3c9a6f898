// What a hook is given on stdin, within bounds of size and time.

// An answer of the largest kind, or the output of a tool, written as JSON.
const mostBytes = 16 * 1024 * 1024;
// Milliseconds after the last bytes: a host may leave the pipe open behind its payload.
const patience = 1_000;

/** What came until the end, or until nothing more came. What is too long is read to its end, and refused. */
export function readInput(stream: NodeJS.ReadStream): Promise<string> {
  if (stream.isTTY) return Promise.reject(new Error("a host calls this, with its payload on stdin"));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = () => {
      clearTimeout(timer);
      stream.destroy();
      if (bytes > mostBytes) reject(new Error(`a payload of ${bytes} bytes is too long`));
      else resolve(Buffer.concat(chunks).toString("utf8"));
    };
    const timer = setTimeout(end, patience);
    stream.on("data", (chunk: Buffer) => {
      timer.refresh();
      bytes += chunk.length;
      if (bytes > mostBytes) chunks.length = 0;
      else chunks.push(chunk);
    });
    stream.on("end", end);
    stream.on("error", end);
  });
}
