// Values that only their name makes a secret: DB_PASSWORD=…, "apiKey": "…", client_secret: …
import { isReference, isSaidPlaceholder, isWordy } from "./placeholders.ts";
import { behindEscape, type Match, type Rule } from "./rule.ts";

export const assignmentRule = "assignment";

// A name ends with one of them: `max_tokens` and `tokenizer` do not.
const word = `passwords?|passwd|passphrase|pwd|[_-]pass|secret|token|credentials?|(?:api|access|secret|private|auth|account|encryption|signing|master|service)[_-]?key`;
const settingWord = word.toUpperCase();
const secretName = new RegExp(`(?:${word})$`, "i");
// As often escaped as JSON has been put into JSON.
const quote = String.raw`\\{0,7}["'\x60]`;

/** For the first look at a text: a mark of assignment behind such a word. */
export const assignmentCue = String.raw`(?:[wW][oO][rR][dD][sS]?|[sS][wW][dD]|[pP][wW][dD]|[rR][aA][sS][eE]|[aA][sS][sS]|[cC][rR][eE][tT]|[kK][eE][nN]|[kK][eE][yY]|[iI][aA][lL][sS]?)(?:${quote})?\s{0,4}[:=]`;

// In the spellings of names in code and in settings.
const cues = [
  "assw",
  "ASSW",
  "assp",
  "ASSP",
  "_pass",
  "_PASS",
  "pwd",
  "Pwd",
  "PWD",
  "ecret",
  "ECRET",
  "oken",
  "OKEN",
].concat(["edential", "EDENTIAL", "key", "Key", "KEY"]);

const settingCues = cues.filter((cue) => cue === cue.toUpperCase());

// Each pattern begins at the mark of assignment, and looks behind it: a text has few of them.
export const assignmentRules: readonly Rule[] = [
  {
    name: assignmentRule,
    finds: 'what is assigned in quotes to a setting (`DB_PASSWORD="…"`), with spaces in it',
    cues: settingCues,
    pattern: new RegExp(
      String.raw`(?<kept>=(?<=(?:${settingWord})=)\\{0,7}(?<mark>["'\x60]))(?:(?!\k<mark>)[^\\\r\n]){4,256}(?=\\{0,7}\k<mark>)`,
      "g",
    ),
    isSecret: isSecretPhrase,
  },
  {
    name: assignmentRule,
    finds: "what is assigned in quotes, with such a quote, escaped, in it",
    cues,
    pattern: new RegExp(
      String.raw`(?<kept>[:=](?<=(?:${word})(?:${quote})?\s{0,4}[:=])[=>]?(?<!==)\s{0,4}(?<mark>["'\x60]))` +
        String.raw`(?:(?!\k<mark>)[^\\\s]|\\\S){4,1024}(?=\k<mark>)`,
      "gi",
    ),
    isSecret: (secret, match) =>
      secret.includes(`\\${match.kept.at(-1)}`) && isSecretOf(surroundingsOf(match, secret).name, secret),
  },
  {
    name: assignmentRule,
    finds:
      'what is assigned in quotes to a name that ends with password, secret, token, api_key …: `"db_password": "…"`, `apiKey = \'…\'`',
    cues,
    pattern: new RegExp(
      String.raw`(?<kept>[:=](?<=(?:${word})(?:${quote})?\s{0,4}[:=])[=>]?(?<!==)\s{0,4}\\{0,7}(?<mark>["'\x60]))` +
        String.raw`(?:(?!\k<mark>)[^\\\s]|\\(?!\\{0,6}\k<mark>)\S){4,1024}(?=\\{0,7}\k<mark>)`,
      "gi",
    ),
    isSecret: (secret, match) => isSecretOf(surroundingsOf(match, secret).name, secret),
  },
  {
    name: assignmentRule,
    finds: "what is assigned without quotes to a setting that has a line of its own, to the line's end",
    cues: settingCues,
    pattern: new RegExp(String.raw`(?<kept>=(?<=(?:${settingWord})=))(?:(?!["'\x60\\])[!-~]){4,1024}`, "g"),
    isSecret: isWholeLine,
  },
  {
    name: assignmentRule,
    finds:
      "what is assigned to one without quotes: to a name in capitals (`DB_PASSWORD=…`), in an option (`--token=…`), in a query, on a line of its own",
    cues,
    pattern: new RegExp(
      String.raw`(?<kept>(?:= {0,2}|: {1,4})(?<=(?:${word})(?: {0,2}= {0,2}|: {1,4})))(?:(?!["'\x60;|&<>,\\])[!-~]){4,1024}`,
      "gi",
    ),
    isSecret: isBareSecret,
  },
];

// In a diff, a quotation, a list too.
const lineBegins = new RegExp(String.raw`(?:[\n\r]|${behindEscape})[ \t>+-]{0,20}(?:export )?$`);
const lineEnds = /^(?:$|\\+[rn]|\\*["'`]|[^ -~])/;

/** Whether `value`, which stands under `name` in a JSON object, is a secret. */
export function isSecretMember(name: string, value: string): boolean {
  return value.length >= 4 && secretName.test(name) && !/\s/.test(value) && isSecretOf(name, value);
}

function isSecretOf(name: string, value: string): boolean {
  if (isPlace(name) || isTimeOrNumber(value)) return false;
  if (isSetting(name) && namesPassword(name) && value.length >= 10 && /[a-z]/.test(value) && /\d/.test(value))
    return !isSaidPlaceholder(value);
  const isUnlikely = isSetting(name)
    ? value.length < 6 || isWordy(value) || (!namesPassword(name) && /^[\d.,:_-]+$/.test(value))
    : !isUnlikeAWord(value, namesPassword(name));
  return !isUnlikely && !isSaidPlaceholder(value);
}

/** `nextPageToken`, `sync_token`: where a list goes on. */
function isPlace(name: string): boolean {
  return /(?:page|continuation|continue|cursor|sync|next|resume)[_-]?token$/i.test(name);
}

function isTimeOrNumber(value: string): boolean {
  return /^\d{4}-\d\d-\d\d(?:T[\d:.,]{2,16}(?:Z|[+-][\d:]{2,5})?)?$|^0x[0-9a-f]{1,16}$/i.test(value);
}

function isSecretPhrase(secret: string, match: Match): boolean {
  const { name, before } = surroundingsOf(match, secret);
  if (!secret.includes(" ") || !isSetting(name) || !lineBegins.test(before)) return false;
  return (namesPassword(name) || /\d/.test(secret)) && isSecretOf(name, secret);
}

/** With marks that end a value elsewhere. */
function isWholeLine(secret: string, match: Match): boolean {
  const { name, before, after } = surroundingsOf(match, secret);
  if (!isSetting(name) || !lineBegins.test(before) || !lineEnds.test(after)) return false;
  if (!/[;|&<>,()[\]{}]/.test(secret) || /^\$\(|^[A-Za-z_$][\w$.]{0,80}[([{]|[([{;]$/.test(secret))
    return false;
  return (namesPassword(name) || /\d/.test(secret)) && isSecretOf(name, secret);
}

/** Without quotes it may be code: it counts for a setting in capitals, in an option, in a query, on a line of its own. */
function isBareSecret(secret: string, match: Match): boolean {
  const { name, before, after } = surroundingsOf(match, secret);
  if (/[()[\]{}]/.test(secret) || after.startsWith("(") || isReference(secret)) return false;
  // Of a query few words are code.
  if (namesPassword(name) && /(?:[?&]|\\u0026)$/.test(before))
    return secret.length >= 6 && !isWordy(secret) && !isSaidPlaceholder(secret);
  if (!isSecretOf(name, secret)) return false;
  const isLine = lineBegins.test(before) && lineEnds.test(after);
  // `NAME = value` is code, but for a password, or a setting that has a line of its own.
  if (match.kept.startsWith("= "))
    return isLine && /\d/.test(secret) && (isSetting(name) || namesPassword(name));
  if (isSetting(name)) return true;
  if (match.kept.startsWith("=")) return lineBegins.test(before) || /(?:-|[?&]|\\u0026|\/:)$/.test(before);
  return isLine || (/["'`]$/.test(before) && /^\\*["'`]/.test(after));
}

/** The name before the mark, and what stands around name and value. */
function surroundingsOf({ text, at, kept }: Match, secret: string) {
  let end = at;
  while (end > at - 12 && /[\s\\"'\x60]/.test(text.charAt(end - 1))) end -= 1;
  let begin = end;
  while (begin > end - longestName && /[\w.-]/.test(text.charAt(begin - 1))) begin -= 1;
  // Of an escape, such as `\n` or a terminal's colour, the end is taken for the name's beginning.
  const [tail = ""] = escapeEnds[text.charAt(begin - 1)]?.exec(text.slice(begin, end)) ?? [];
  begin += tail.length;
  while (begin < end && /[.-]/.test(text.charAt(begin))) begin += 1;
  const behind = at + kept.length + secret.length;
  const from = Math.max(0, begin - 32);
  return {
    name: text.slice(begin, end),
    before: (from === 0 ? "\n" : "") + text.slice(from, begin),
    after: text.slice(behind, behind + 4),
  };
}

const longestName = 64;
const escapeEnds: Readonly<Record<string, RegExp>> = { "\\": /^[nrt]/, "[": /^\d{1,3}m/, ";": /^\d{1,3}m/ };

/** `DB_PASSWORD`: code has few names like this, so what they are given is believed more easily. */
function isSetting(name: string): boolean {
  return /^[A-Z0-9_]+$/.test(name);
}

function namesPassword(name: string): boolean {
  return /pass|pwd/i.test(name);
}

/** Long enough for what it is, and with a digit; a password may have a mark instead. */
function isUnlikeAWord(value: string, forPassword: boolean): boolean {
  if (value.length < (forPassword ? 6 : 8) || isWordy(value)) return false;
  if (!/[A-Za-z]/.test(value)) return forPassword && !/^[\d.,:/-]+$/.test(value);
  return /\d/.test(value) || (forPassword && /[!@#$%^&*?~+]/.test(value));
}
