// What becomes of each file of a host's configuration: its text with our parts, or without them.
import type {
  ConfigurationPart,
  ConstantPart,
  HostConfiguration,
  Launch,
  Place,
} from "../hosts/configuration.ts";
import { InvalidConfiguration } from "./invalid-configuration.ts";
import { JsonText } from "./json-edit.ts";
import { addTable, removeTable } from "./toml-edit.ts";

/** The parts of each file, in the order in which the host names the files. */
export function partsByFile(
  { parts }: HostConfiguration,
  place: Place,
  launch: Launch,
): Map<string, ConfigurationPart[]> {
  return Map.groupBy(parts(place, launch), ({ path }) => path);
}

/**
 * The text with our parts in it; the same text if they are.
 * @param text null: there is no file
 * @throws InvalidConfiguration
 */
export function install(parts: readonly ConfigurationPart[], text: string | null): string {
  let next = text ?? "";
  const json = parts.filter(isJson);
  for (const part of parts) {
    if (part.kind === "file") next = ownFile(part.text, text);
    else if (part.kind === "toml server") next = addTable(next, part);
  }
  if (json.length === 0) return next;
  const edited = new JsonText(next);
  for (const part of json) edited.add(part);
  return edited.text;
}

/** The text without them; null: nothing else was in the file. */
export function uninstall(parts: readonly ConfigurationPart[], text: string): string | null {
  let next: string | null = text;
  for (const part of parts) {
    if (part.kind === "file") next = isOwnFile(text) ? null : text;
    else if (part.kind === "toml server") next = removeTable(text, part);
  }
  const json = parts.filter(isJson);
  if (json.length === 0) return next !== text && next?.trim() === "" ? null : next;
  const edited = new JsonText(text);
  const before = edited.text;
  for (const part of json) edited.remove(part);
  if (edited.text === before) return text;
  const constants = json.filter((part): part is ConstantPart => part.kind === "constant");
  return edited.isEmpty(constants) ? null : edited.text;
}

function isJson(part: ConfigurationPart) {
  return part.kind === "server" || part.kind === "hook" || part.kind === "constant";
}

function isOwnFile(text: string): boolean {
  return /\bbackstory\b/i.test(text) && /\bhook\b/.test(text);
}

function ownFile(wanted: string, present: string | null): string {
  if (present === null || present.trim() === "" || isOwnFile(present)) return wanted;
  throw new InvalidConfiguration("it is not Backstory's, and stands where its file would");
}
