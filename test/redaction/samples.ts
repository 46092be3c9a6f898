// Secrets of every format, made up here from parts, so that nobody who scans this repository finds one.
const alphabet = "aB3dE5fG7hJ9kLmN1pQrStUvWxYz24680cDoI";
/** So many letters and digits. */
const some = (length: number) => alphabet.repeat(Math.ceil(length / alphabet.length)).slice(0, length);
const capitals = (length: number) =>
  some(length * 2)
    .replaceAll(/[^A-Z0-9]/g, "")
    .padEnd(length, "Q7")
    .slice(0, length);
const digits = (length: number) => "1234567890".repeat(9).slice(0, length);
const base64 = (text: string) => Buffer.from(text).toString("base64");
const base64url = (text: string) => Buffer.from(text).toString("base64url");
const jwt = [
  base64url('{"alg":"HS256","typ":"JWT"}'),
  base64url('{"sub":"1234567890","name":"Ada"}'),
  some(43),
];
const pem = (kind: string) =>
  ["-----BEGIN ", `${kind} KEY-----\n`, `${some(64)}\n`.repeat(4), "-----END ", `${kind} KEY-----`].join("");

/** `text` as it stands in a file or a message, and the part of it that nobody may read again. */
export interface Sample {
  format: string;
  rule: string;
  secret: string;
  text: string;
}

const token = (format: string, rule: string, secret: string): Sample => ({
  format,
  rule,
  secret,
  text: secret,
});
const placed = (format: string, rule: string, secret: string, text: (secret: string) => string): Sample => ({
  format,
  rule,
  secret,
  text: text(secret),
});

export const samples: readonly Sample[] = [
  token("AWS access key id", "aws-access-key", `AKIA${capitals(16)}`),
  token("AWS temporary key id", "aws-access-key", `ASIA${capitals(16)}`),
  token("AWS key pair", "aws-access-key", `AKIA${capitals(16)},${some(40)}`),
  placed(
    "AWS secret key",
    "aws-secret-key",
    `${some(20)}/${some(19)}`,
    (s) => `aws_secret_access_key = ${s}`,
  ),
  token("Google API key", "google-api-key", `AIza${some(35)}`),
  token("Google OAuth client secret", "google-oauth", `GOCSPX-${some(28)}`),
  token("Google access token", "google-oauth", `ya29.${some(60)}`),
  token("Google refresh token", "google-oauth", `1//0${some(40)}`),
  token("Azure client secret", "azure-client-secret", `${some(3)}8Q~${some(34)}`),
  placed(
    "Azure storage key",
    "azure-key",
    `${some(86)}==`,
    (s) => `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${s};EndpointSuffix=core.windows.net`,
  ),
  placed(
    "Azure SAS signature",
    "azure-key",
    `${some(41)}%2B%3D`,
    (s) => `https://a.blob.core.windows.net/c?sv=2024-01-01&sig=${s}`,
  ),
  ...["ghp", "gho", "ghu", "ghs", "ghr"].map((kind) =>
    token(`GitHub ${kind}`, "github-token", `${kind}_${some(36)}`),
  ),
  token("GitHub fine-grained", "github-token", `github_pat_${some(22)}_${some(59)}`),
  token("GitLab", "gitlab-token", `glpat-${some(20)}`),
  token("GitLab runner", "gitlab-token", `glrt-${some(20)}`),
  ...["xoxb", "xoxp", "xoxa"].map((kind) =>
    token(`Slack ${kind}`, "slack-token", `${kind}-${digits(12)}-${digits(12)}-${some(24)}`),
  ),
  token("Slack app", "slack-token", `xapp-1-${capitals(11)}-${digits(13)}-${some(64)}`),
  placed(
    "Slack webhook",
    "slack-webhook",
    `T${capitals(8)}/B${capitals(8)}/${some(24)}`,
    (s) => `https://hooks.slack.com/services/${s}`,
  ),
  token("Stripe", "stripe-key", `sk_live_${some(24)}`),
  token("Stripe restricted", "stripe-key", `rk_live_${some(99)}`),
  token("Stripe webhook", "stripe-key", `whsec_${some(32)}`),
  token("npm", "npm-token", `npm_${some(36)}`),
  token("Anthropic", "anthropic-key", `sk-ant-api03-${some(93)}`),
  token("OpenAI", "openai-key", `sk-${some(48)}`),
  token("OpenAI project", "openai-key", `sk-proj-${some(60)}_${some(60)}`),
  token("Hugging Face", "huggingface-token", `hf_${some(34)}`),
  token("JWT", "jwt", jwt.join(".")),
  token("RSA key", "private-key", pem("RSA PRIVATE")),
  token("OpenSSH key", "private-key", pem("OPENSSH PRIVATE")),
  placed("bearer header", "bearer-token", some(32), (s) => `Authorization: Bearer ${s}`),
  placed("basic header", "basic-auth", base64("ada:correct horse"), (s) => `Authorization: Basic ${s}`),
  placed("URL", "url-password", "s3cr3t-pw", (s) => `https://ada:${s}@example.com/repo.git`),
  placed("PostgreSQL", "url-password", "p%40ss9", (s) => `postgres://app:${s}@db.internal:5432/app`),
  placed("MySQL", "url-password", "hunter2", (s) => `mysql://root:${s}@127.0.0.1/app`),
  placed("MongoDB", "url-password", "hunter2", (s) => `mongodb+srv://app:${s}@cluster0.mongodb.net/app`),
  placed("Redis", "url-password", "hunter2", (s) => `redis://:${s}@cache:6379/0`),
  placed("AMQP", "url-password", "hunter2", (s) => `amqp://guest:${s}@mq`),
  placed("JDBC", "assignment", "hunter2", (s) => `jdbc:postgresql://db/app?user=app&password=${s}`),
  placed("ADO", "connection-string", "hunter2", (s) => `Server=db;Database=app;User ID=sa;Password=${s};`),
  placed("shell", "assignment", "hunter2", (s) => `export DB_PASSWORD=${s}`),
  placed("a short name", "assignment", "hunter2", (s) => `SMTP_PASS=${s}`),
  placed(
    "a token with slashes",
    "assignment",
    "FwoGZXIvYXdzEJr//////////wEaDKlm",
    (s) => `AWS_SESSION_TOKEN=${s}`,
  ),
  placed("header", "assignment", some(32), (s) => `curl -H "X-Api-Key: ${s}"`),
  placed("dotenv", "assignment", some(20), (s) => `SESSION_SECRET=${s}`),
  placed("token setting", "assignment", some(20), (s) => `DEPLOY_TOKEN=${s}`),
  placed("key setting", "assignment", some(20), (s) => `WEATHER_API_KEY=${s}`),
  placed("option", "assignment", "hunter2", (s) => `mysqldump --password=${s}`),
  placed("quoted", "assignment", "tr0ub4dor&3", (s) => `{"db_password": "${s}"}`),
  placed("code", "assignment", some(24), (s) => `const apiKey = '${s}';`),
];

/** Where secrets are met. Each keeps the text as it is, but for what the place itself escapes. */
export const surroundings: Readonly<Record<string, (text: string) => string>> = {
  prose: (text) => `I have set it up: ${text} and it works.`,
  JSON: (text) => JSON.stringify({ note: `first line\n${text}\nlast` }),
  "JSON in JSON": (text) => JSON.stringify(JSON.stringify({ note: `first line\n${text}\nlast` })),
  shell: (text) => `$ cat notes\n${text}\n$ echo done`,
  "a shell argument": (text) => `run --note '${text}' --verbose`,
  code: (text) => `// before\nconst note = \`${text}\`;\nreturn note;`,
  "a diff": (text) => `@@ -1,2 +1,2 @@\n-old line\n+${text}\n context`,
  "an URL": (text) => `https://example.com/?q=${text}`,
  Chinese: (text) => `请保存：${text}，谢谢`,
  "a terminal's colour": (text) => `\x1b[32m${text}\x1b[0m`,
};
