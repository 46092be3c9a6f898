// Texts without a secret, of the kinds that look most like one. Made from a seed: the same ones every time.
import { createHash } from "node:crypto";

const hex = (seed: string, length: number) =>
  createHash("sha512").update(seed).digest("hex").repeat(2).slice(0, length);
const bytes = (seed: string, length: number) =>
  Buffer.concat(
    Array.from({ length: Math.ceil(length / 64) }, (_, i) =>
      createHash("sha512")
        .update(seed + i)
        .digest(),
    ),
  );
const uuid = (seed: string) =>
  hex(seed, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/, "$1-$2-4$3-a$4-$5");

/** What an agent meets all day, of each of which the seed makes another. */
const kinds: readonly ((seed: string) => string)[] = [
  (seed) => `Session ${uuid(seed)} follows ${uuid(`${seed}b`)}; trace=${hex(seed, 32)} span=${hex(seed, 16)}`,
  (seed) =>
    `commit ${hex(seed, 40)}\nMerge: ${hex(seed, 7)} ${hex(`${seed}b`, 7)}\n\n    Rotate the token of the parser`,
  (seed) =>
    `"integrity": "sha512-${bytes(seed, 64).toString("base64")}",\n"resolved": "https://packages.example.org/a/-/a-${seed}.0.0.tgz"`,
  (seed) => `data:image/png;base64,iVBORw0KGgo${bytes(seed, 1200).toString("base64")}`,
  (seed) => bytes(seed, 900).toString("base64url"),
  (seed) =>
    `!function(e,t){var n=${seed},token=n+1,password=e.password;t.secret=function(){return token=r(${seed}),{token:token,key:e.key||"k${seed}"}}}(a,b);`,
  (seed) =>
    `const password = await readPassword();\nif (password !== form.password) throw new Error("Wrong password: ${seed} tries left");`,
  (seed) =>
    `password = request.json['password']\nhashed_password = hash_password(password)\nassert check(user${seed}, password=password)`,
  (seed) => `interface Login { password: string; token: string | null; apiKey?: string; maxTokens: ${seed} }`,
  (seed) =>
    `{"usage": {"input_tokens": ${seed}, "output_tokens": 12, "total_tokens": ${seed}}, "token": null, "secret": false}`,
  (seed) =>
    `export API_KEY=$(cat ~/.key${seed})\nexport DB_PASSWORD="\${DB_PASSWORD}"\nTOKEN=<your token>\nSECRET=xxxxxxxx`,
  (seed) =>
    `DATABASE_URL=postgres://user:\${PASSWORD}@db${seed}:5432/app # or postgres://USER:<password>@HOST/app`,
  (seed) =>
    `const apiKey = process.env.OPENAI_API_KEY; // item ${seed}\nconst client = new Client({ apiKey, token: config.token });`,
  (seed) =>
    `headers: { Authorization: \`Bearer \${token}\` } // try ${seed}; "Bearer authentication is required"`,
  (seed) => `curl -H "Authorization: Bearer $TOKEN" https://api.example.com/v1/items/${seed}?token=$TOKEN`,
  (seed) =>
    `See https://example.com:8443/a/${hex(seed, 12)}?next=%2Fhome&sig=v${seed} and git@github.com:ada/engine.git, ada@example.com`,
  (seed) =>
    `tokens: [{ type: "identifier", token: "keyword" }, { type: "string", token: "csrf-token" }] // ${seed}`,
  (seed) =>
    `const CSRF_TOKEN = "authorization-code"; next_token: "oauth2_token_v2", "api_key": "key-name-${seed}"`,
  (seed) => `<label for="password">Password:</label><input type="password" name="password" id="p${seed}">`,
  (seed) =>
    `The basic understanding is: a secret is shared, the token expires, the key is public. Chapter ${seed}.`,
  (seed) => `"-----BEGIN PUBLIC KEY-----" and "-----BEGIN CERTIFICATE-----" are not secret; line ${seed}.`,
  (seed) => `if (pem.startsWith("-----BEGIN PRIVATE KEY-----")) parse(pem, ${seed});`,
  (seed) =>
    `.sk-circle-fade-dot-animation-${seed} { width: 4px } .task-sk-fading-circle-container { top: 0 }`,
  (seed) =>
    `npm_config_registry=https://packages.example.org npm_lifecycle_event=test npm_package_version=1.${seed}.0`,
  (seed) => `密码必须至少有 ${seed} 个字符。令牌已过期，请重新登录。password：见下文`,
  (seed) =>
    `- password: required\n- token: optional (see page ${seed})\nsecret: string\napi_key: your-api-key-here`,
  (seed) => `curl -X POST -d "username=testuser${seed}&password=testpass" http://localhost:5000/register`,
  (seed) =>
    `eyJhbGciOi… is how a JWT begins; ${hex(seed, 64)} is a SHA-256, ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxx a placeholder`,
  (seed) =>
    `Error: 401 {"error":"invalid_token","error_description":"The access token expired","token_type":"bearer","id":${seed}}`,
];

export function cleanTexts(count: number): string[] {
  return Array.from({ length: count }, (_, i) => kinds[i % kinds.length]?.(String(i)) ?? "");
}
