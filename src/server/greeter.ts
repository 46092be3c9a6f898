// Answers the handshake and the list of tools from what the build prepared, while the rest of us still loads:
// hosts start servers in front of a waiting user. Knows neither the SDK nor the store.
import type { Connection, Message, RequestId } from "./connection.ts";
import type { DescribedTool, Description } from "./greeting.ts";

export interface Greeting extends Omit<Description, "tools"> {
  tools: DescribedTool[];
}

/** What the server proper must be told when it takes over. */
export interface Handover {
  /** The handshake, and everything that has not been answered, in order. */
  messages: Message[];
  /** The requests among them that have had their answer. */
  answered: Set<RequestId>;
}

// Milliseconds without a message after which a host seems to have what it wants for now.
const quietTime = 40;

/**
 * Greets until a message comes that needs the server proper, or a quiet moment after the greeting; then calls
 * `load`, which takes the connection over.
 */
export function greet(connection: Connection, greeting: Greeting, load: (handover: Handover) => void): void {
  const handover: Handover = { messages: [], answered: new Set() };
  let loading = false;
  let timer: NodeJS.Timeout | undefined;
  const startLoading = () => {
    if (loading) return;
    loading = true;
    load(handover);
  };
  connection.handle((message) => {
    const result = loading ? undefined : answerTo(message, greeting);
    // Of what has been answered the server proper needs the handshake alone.
    if (result === undefined || message.method === "initialize") handover.messages.push(message);
    if (result !== undefined && message.id !== undefined) {
      if (message.method === "initialize") handover.answered.add(message.id);
      void connection.send({ jsonrpc: "2.0", id: message.id, result });
    }
    const understood = result !== undefined || message.method === "notifications/initialized";
    clearTimeout(timer);
    if (understood) timer = setTimeout(startLoading, quietTime);
    else startLoading();
  });
}

function answerTo({ id, method, params }: Message, greeting: Greeting): object | undefined {
  if (id === undefined) return undefined;
  if (method === "initialize") return initializeResult(params, greeting);
  if (method === "tools/list" && params?.cursor === undefined) return { tools: greeting.tools };
  if (method === "ping") return {};
  return undefined;
}

/** Undefined for a request that the SDK would refuse: it shall say why. */
function initializeResult(params: Message["params"], greeting: Greeting): object | undefined {
  const { protocolVersion: wanted, capabilities, clientInfo } = params ?? {};
  const { name, version } = (clientInfo ?? {}) as Record<string, unknown>;
  const valid =
    typeof wanted === "string" &&
    isObject(capabilities) &&
    Object.keys(capabilities).every((key) => isObject(capabilities[key])) &&
    typeof name === "string" &&
    typeof version === "string";
  if (!valid) return undefined;
  const { protocolVersions, capabilities: ours, serverInfo, instructions } = greeting;
  const protocolVersion = protocolVersions.includes(wanted) ? wanted : protocolVersions[0];
  return { protocolVersion, capabilities: ours, serverInfo, instructions };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
