// How the session of a subagent is named, which has no id of its own beside its parent's.

export function subagentSessionId(sessionId: string, agentId: string): string {
  return `${sessionId}/agent-${agentId}`;
}
