// Secrets that are known by the place where they stand: a header, an URL, a connection string, a PEM block.
import { isPlaceholder } from "./placeholders.ts";
import type { Match, Rule } from "./rule.ts";

const pemName = "[A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----";
// Between a truncated block's lines: a line break, also as JSON escapes it, an indent, a quote, a mark of a diff.
const pemGap = String.raw`(?:\s|\\{1,8}[nr]|["'+,>|-]){0,24}`;

export const placeRules: readonly Rule[] = [
  {
    name: "private-key",
    finds: "private keys in PEM, whole or cut off, also inside JSON strings (service accounts)",
    cues: ["PRIVATE KEY"],
    pattern: new RegExp(
      `-----BEGIN ${pemName}(?:(?:(?!-----BEGIN)[^]){16,16384}?-----END ${pemName}|(?:${pemGap}[A-Za-z0-9+/=]{32,80}){1,400})`,
      "g",
    ),
    isSecret: (secret) => /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{16}/.test(secret.slice(10)),
  },
  {
    name: "aws-secret-key",
    finds: "AWS secret access keys behind their name",
    cues: ["_access_key", "_ACCESS_KEY", "AccessKey"],
    pattern:
      /(?<kept>secret_?access_?key\\{0,7}["'`]?\s{0,4}[:=]\s{0,4}\\{0,7}["'`]?)(?:[A-Za-z0-9+]|\\?\/){40}(?![A-Za-z0-9+/=])/gi,
  },
  {
    name: "bearer-token",
    finds: "tokens in an Authorization header, and behind `Bearer`",
    cues: ["Bearer ", "bearer ", "BEARER ", "uthorization", "UTHORIZATION"],
    pattern:
      /(?<kept>(?:authorization\\{0,7}["'`]?\s{0,4}[:=,]\s{0,4}\\{0,7}["'`]?(?:bearer|token|apikey|api-key|bot)|(?<![a-z])bearer)[ :]{1,4})[A-Za-z0-9._~+/=|-]{12,}/gi,
    isSecret: (secret) => isTokenLike(secret),
  },
  {
    name: "basic-auth",
    finds: "names and passwords behind `Basic`",
    cues: ["Basic ", "basic ", "BASIC "],
    pattern: /(?<kept>(?<![a-z])basic {1,4})[A-Za-z0-9+/]{6,}={0,2}/gi,
    isSecret: (secret) => /^[\x20-\x7e]{0,255}:[\x20-\x7e]+$/.test(atob64(secret)),
  },
  {
    name: "url-password",
    finds: "passwords in URLs, connection strings of databases among them (`scheme://user:password@host`)",
    cues: ["://", ":\\/\\/"],
    pattern: /(?<kept>:\\?\/\\?\/[^\s/:@"'`<>\\]{0,128}:)[^\s/?#"'`<>\\]{1,256}(?=@)/g,
    isSecret: isPasswordText,
  },
  {
    name: "url-password",
    finds: "those of databases with a `/`, `?` or `#` in them too",
    cues: ["://", ":\\/\\/"],
    pattern:
      /(?<kept>:(?<=(?:postgres(?:ql)?|mysql2?|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|sqlserver|mssql):)\\?\/\\?\/[^\s/:@"'`<>\\]{0,128}:)[^\s@"'`<>\\]{1,256}(?=@)/gi,
    isSecret: (secret) => !/^\d{1,5}[/?#]/.test(secret) && isPasswordText(secret),
  },
  {
    name: "azure-key",
    finds:
      "Azure account and access keys in connection strings (`AccountKey=…`), signatures of SAS URLs (`sig=…`)",
    cues: ["AccountKey=", "SharedAccessKey=", "sig="],
    pattern:
      /(?<kept>AccountKey=|SharedAccessKey=)[A-Za-z0-9+/\\]{20,}={0,2}|(?<kept>(?<=[?&;]|\\u0026)sig=)[A-Za-z0-9%+/=_-]{24,}/g,
    isSecret: (secret) => !isPlaceholder(secret),
  },
  {
    name: "connection-string",
    finds: "passwords in connection strings (`Server=…;Password=…`)",
    cues: ["assword=", "wd=", "ASSWORD=", "WD=", "assword =", "wd ="],
    pattern: /(?<kept>(?<![a-z_])(?:password|pwd) ?= ?)[^\s;"'`<>\\]{1,256}/gi,
    isSecret: (secret, match) => isPasswordText(secret) && isConnection(match),
  },
];

/** Long and with a digit: not `Bearer authentication-required`. */
function isTokenLike(secret: string): boolean {
  return /\d/.test(secret) && !isPlaceholder(secret);
}

/** The word is the example of every manual. */
function isPasswordText(secret: string): boolean {
  return (
    !isPlaceholder(secret) &&
    !/^(?:pass|password|passwd|pwd|secret)$/i.test(secret) &&
    !/^%[sdv@]/.test(secret)
  );
}

/** Next to it stands, between semicolons, what else a connection needs. */
function isConnection({ text, at, kept }: Match): boolean {
  const around = text.slice(Math.max(0, at - 160), at + kept.length + 120);
  return /(?:server|data source|host|user ?id|uid|username|database|initial catalog|user) ?= ?[^;=]{1,80};/i.test(
    around,
  );
}

function atob64(text: string): string {
  return Buffer.from(text, "base64").toString("latin1");
}
