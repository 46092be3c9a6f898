// Tells what only stands where a secret belongs: what a template, a manual or a program has there.

// `$NAME`, `$HOME/key`, `${NAME}…`, `$(command)…`, `%NAME%`, `%s`, `<token>`, `{token}`, `{{ token }}`, `[token]`, `(token)`:
// closed, for a password may begin with any of their marks.
const stands = new RegExp(
  String.raw`^(?:\$\w{1,80}$|\$(?:[A-Z_][A-Z0-9_]{0,80}|[a-z_]{1,80})[/:.-][\w$./:{}-]{0,200}$|\$\{[^}]{0,200}\}|\$\([^)]{0,200}\)` +
    String.raw`|%[A-Za-z_]+%?$|<[^>]{0,200}>$|\{\{.{0,200}\}\}|\{[^}]{0,200}\}$|\[[^\]]{0,200}\]$|\([^)]{0,200}\)$)`,
);
// `xxx`, `***`, `...`, `____`, `ghp_xxxx`.
const filled = /^[A-Za-z]{0,12}[-_.:]?[xX*.•…_#-]+$/;
// `process.env.TOKEN`, `config.token`: a place in code.
const place =
  /^(?:process|os|env|ENV|System|import|config|settings|options|params|secrets|vars|self|this|req|request|args|ctx|context)[.[(]/;
// A word of one that tells its reader to put another there.
const said =
  /(?:^|[^a-z])(?:your|change|replace|insert|enter|example|sample|placeholder|dummy|fake|todo|here|goes|redacted|omitted|hidden)(?=$|[^a-z])|^(?:change|your|example)/i;
// What is compared with a password, and stored instead of one.
const hash =
  /^(?:pbkdf2|scrypt|argon2|bcrypt|sha\d{1,3})[:$]|^\$(?:2[abxy]|argon2\w{1,2}|pbkdf2[\w-]*|[156y])\$/;

export function isPlaceholder(value: string): boolean {
  return stands.test(value) || filled.test(value) || place.test(value) || value.includes("[redacted:");
}

/** Of a value that only its name makes a secret, which may be a hash, or what a manual says. */
export function isSaidPlaceholder(value: string): boolean {
  return isPlaceholder(value) || said.test(value) || hash.test(value);
}

/** `settings.TOKEN`, `Token.EOF`. */
export function isReference(value: string): boolean {
  return /^[A-Za-z_$][\w$]{0,40}(?:\.[A-Za-z_$][\w$]{0,40}){1,8}$/.test(value);
}

const common =
  /^(?:password|passphrase|undefined|required|optional|disabled|changeme|identifier|credentials?|sensitive|protected|authorization)$/i;
const commonWithNumber =
  /^(?:base|key|md|oauth|pass|password|secret|sha|test|testpass(?:word)?|token|user|utf|version)\d{0,4}$/i;

/** A label, a key, a type, a version: `csrf-token`, `user.password`, `string`, `oauth2_token`, `sha256`. */
export function isWordy(value: string): boolean {
  if (commonWithNumber.test(value)) return true;
  const words = value.split(/[._\-/:]/);
  if (words.length > 1)
    return words.every(
      (each) =>
        /^\d{0,5}$/.test(each) ||
        /^(?:[A-Za-z]?[a-z]*(?:[A-Z][a-z]+){0,3}|[A-Z]{1,12})\d{0,2}$/.test(each) ||
        commonWithNumber.test(each),
    );
  return /^(?:[A-Z]?[a-z]+|[A-Z]+)$/.test(value) && (value.length < 8 || common.test(value));
}
