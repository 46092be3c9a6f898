// CodeWhale's work to do: tasks, delayed triggers and the offline queue are jobs; automations stay what they are.
import { boundName, boundText } from "../bounds.ts";
import type { HostRecord, JobRecord, JsonObject } from "../host.ts";
import { keyOfParts } from "../keys.ts";
import { asObject, asObjects, asText, asTexts, asTime, lookUp } from "../narrow.ts";
import { newJob, newSkip } from "../new-records.ts";
import { toTodos } from "../todos.ts";
import { cronFrom } from "./rrule.ts";

const statuses: Record<string, JobRecord["status"]> = {
  queued: "pending",
  pending: "pending",
  running: "processing",
  completed: "completed",
  fired: "completed",
  failed: "failed",
  canceled: "cancelled",
};

function statusOf(status: JsonObject[keyof JsonObject] | undefined): JobRecord["status"] {
  return lookUp(statuses, status) ?? "failed";
}

export function* taskRecords(task: JsonObject): Generator<HostRecord> {
  const key = asText(task.id);
  const prompt = asText(task.prompt);
  if (key === null || prompt === null) return yield newSkip("no content");
  const sessionId = asText(task.thread_id) ?? asText(task.owner_session_id);
  const started = asTime(task.started_at);
  yield newJob({
    key,
    prompt: boundText(prompt),
    sessionId,
    directory: asText(task.workspace),
    model: asText(task.model),
    status: statusOf(task.status),
    attempts: started === null ? 0 : 1,
    maxAttempts: 1,
    result: boundText(asText(task.result_summary)) ?? undefined,
    error: boundText(asText(task.error)),
    createdAt: asTime(task.created_at),
    startedAt: started,
    endedAt: asTime(task.ended_at),
  });
  const todos = toTodos(asObject(task.checklist)?.items);
  if (sessionId === null || todos.length === 0) return;
  yield { kind: "todos", sessionId, todos, at: asTime(asObject(task.checklist)?.updated_at) };
}

export function* triggerRecords(trigger: JsonObject): Generator<HostRecord> {
  const key = asText(trigger.trigger_id);
  const prompt = asText(trigger.message);
  if (key === null || prompt === null) return yield newSkip("no content");
  yield newJob({
    key,
    prompt: boundText(prompt),
    sessionId: asText(trigger.thread_id),
    directory: asText(trigger.workspace),
    status: statusOf(trigger.status),
    error: boundText(asText(trigger.error)),
    runAfter: asTime(trigger.fire_at),
    createdAt: asTime(trigger.created_at),
    endedAt: asTime(trigger.fired_at),
  });
}

/** What the user typed while there was no connection. */
export function* queueRecords(queue: JsonObject): Generator<HostRecord> {
  const sessionId = asText(queue.session_id);
  for (const [index, message] of asObjects(queue.messages).entries()) {
    const prompt = asText(message.display);
    if (prompt === null) yield newSkip("no content", index + 1);
    else
      yield newJob({
        key: keyOfParts(sessionId ?? "", String(index), prompt),
        prompt: boundText(prompt),
        sessionId,
      });
  }
}

export function* automationRecords(automation: JsonObject): Generator<HostRecord> {
  const id = asText(automation.id);
  const prompt = asText(automation.prompt);
  if (id === null || prompt === null) return yield newSkip("no content");
  const schedule = cronFrom(asText(automation.rrule) ?? "");
  if (schedule === null) return yield newSkip("unknown schedule");
  yield {
    kind: "automation",
    name: boundName(asText(automation.name)) ?? id,
    schedule,
    // It goes by the machine's own clock.
    timeZone: null,
    directory: asTexts(automation.cwds)[0] ?? null,
    prompt: boundText(prompt),
  };
}
