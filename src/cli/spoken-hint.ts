// A hint is written for agents, by the names of their tools → the same for a person, by those of the commands.

const commands: Readonly<Record<string, string>> = {
  list_sessions: "backstory list",
  get_session: "backstory show",
  get_history: "backstory show",
  resume_session: "backstory resume",
  search_history: "backstory search",
};

/** Not in a path or another name. */
const tool =
  /(?<![\w/\\.-])(?:add|cancel|claim|create|delete|enqueue|finish|fork|get|list|mark|renew|restore|resume|save|search|start|update|upsert)_[a-z_]+(?![\w/\\-])/g;

/** What only a tool can do is left out. A person has no way to make a session but by what hosts have recorded. */
export function toSpokenHint(hint: string): string {
  const spoken = hint
    .split(/(?<=[;.])\s+/)
    .filter((clause) => (clause.match(tool) ?? []).every((name) => Object.hasOwn(commands, name)))
    .map((clause) => clause.replaceAll(tool, (name) => `\`${commands[name]}\``).replace(/;$/, "."));
  if (hint.includes("create_session"))
    spoken.push("`backstory import` takes in what agent hosts have recorded.");
  return spoken.length === 0 ? "`backstory help` lists the commands." : spoken.join(" ");
}
