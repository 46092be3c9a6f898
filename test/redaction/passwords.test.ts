// Values that only their name makes a secret, in the forms that people give them.
import { expect, it } from "vitest";
import { createRedactor } from "../../src/redaction/redactor.ts";

const { redact } = createRedactor("mask");

it.each([
  ["DB_PASSWORD=$T9x!vQ#2mZ", "$T9x!vQ#2mZ"],
  ["DB_PASSWORD=(9fkT#x2Lq", "(9fkT#x2Lq"],
  ['{"password": "[9fkT#x2Lq"}', "[9fkT#x2Lq"],
  ['DB_PASSWORD="pass with 1 space"', "pass with 1 space"],
  ["export DB_PASSWORD='horse battery staple'", "horse battery staple"],
  ["DB_PASSWORD=aB3dE5,tail9;more", "aB3dE5,tail9;more"],
  ["A=1\nDB_PASSWORD=aB3dE5,tail9\nB=2", "aB3dE5,tail9"],
  ["jdbc:mysql://db/app?user=a&password=aYyDIfIZwXeo", "aYyDIfIZwXeo"],
  ["postgres://app:pa/ss?w0rd@db/app", "pa/ss?w0rd"],
  ['{"password": "ab\\"cdef12"}', 'ab\\"cdef12'],
  ["DB_PASSWORD=my-secret-pw-9", "my-secret-pw-9"],
])("takes out all of the password in %j", (text, secret) => {
  const rule = text.startsWith("postgres:") ? "url-password" : "assignment";
  expect(redact(text)).toEqual({
    text: text.replace(secret, () => `[redacted:${rule}]`),
    findings: { [rule]: 1 },
  });
});

it.each([
  "DB_PASSWORD=$SECRETS/db",
  'DB_PASSWORD="$(cat ~/.key 1)"',
  "DB_PASSWORD=get_password(1)",
  "PASSWORDS=(one two 3)",
  "TOKEN=read_token(\n  9)",
  '{"nextPageToken": "CAESBkgA9x1"}',
  "https://example.org/list?page_token=CAESBkgA9x1",
  '{"continuation_token": "eJw9x1k3s8", "syncToken": "CPDAlvWDx70C", "cursorToken": "b2Zmc2V0OjEw"}',
  '{"token": "2026-03-01T09:00:00.000Z", "secret": "0x7ffe12ab"}',
  "http://localhost:3000/@vite/client",
  "postgres://db:5432/app?mail=a@b",
])("leaves %j as it is", (text) => {
  expect(redact(text).text).toBe(text);
});

it.each(["<private >", "<private\n>", "< private>", "<private\\n>"])("takes %j for a mark", (mark) => {
  expect(redact(`a ${mark}hidden</ private > b`).text).toBe("a [redacted:private] b");
});
