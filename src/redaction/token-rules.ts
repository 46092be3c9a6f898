// Tokens that are known by how they begin. What a service calls public (a Stripe `pk_`, a Slack `xoxd`) is none.
import { isPlaceholder } from "./placeholders.ts";
import { behindNo, type Rule } from "./rule.ts";

const at = (source: string) => new RegExp(behindNo("A-Za-z0-9") + source, "g");

/** `ghp_xxxxxxxx` in a manual. */
const isReal = (secret: string) => !isPlaceholder(secret);
const hasDigit = (secret: string) => /\d/.test(secret) && isReal(secret);

const gitlabKinds = ["pat", "oas", "dt", "rt", "cbt", "ptt", "ft", "agent", "soat"];

export const tokenRules: readonly Rule[] = [
  {
    name: "aws-access-key",
    finds: "AWS access key ids (`AKIA…`, `ASIA…`), with the secret key that follows one",
    cues: ["AKIA", "ASIA"],
    pattern: at(
      String.raw`(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])(?:[\s,:;|"'\\]{1,8}[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=]))?`,
    ),
  },
  {
    name: "google-api-key",
    finds: "Google Cloud and Firebase API keys (`AIza…`)",
    cues: ["AIza"],
    pattern: at(`AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])`),
  },
  {
    name: "google-oauth",
    finds: "Google OAuth client secrets (`GOCSPX-…`), access tokens (`ya29.…`) and refresh tokens (`1//0…`)",
    cues: ["GOCSPX-", "ya29.", "1//0"],
    pattern: at(String.raw`(?:GOCSPX-[A-Za-z0-9_-]{20,}|ya29\.[A-Za-z0-9._-]{20,}|1\/\/0[A-Za-z0-9_-]{30,})`),
    isSecret: isReal,
  },
  {
    name: "azure-client-secret",
    finds: "Azure client secrets (`…8Q~…`)",
    cues: ["Q~"],
    pattern: new RegExp(
      `${behindNo("A-Za-z0-9_~.-")}[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~-])`,
      "g",
    ),
  },
  {
    name: "github-token",
    finds: "GitHub tokens (`ghp_…`, `gho_…`, `ghu_…`, `ghs_…`, `ghr_…`, `github_pat_…`)",
    cues: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
    pattern: at(`(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})`),
    isSecret: isReal,
  },
  {
    name: "gitlab-token",
    finds: "GitLab tokens (`glpat-…` and the others that begin with `gl`)",
    cues: gitlabKinds.map((kind) => `gl${kind}-`),
    pattern: at(`gl(?:${gitlabKinds.join("|")})-[A-Za-z0-9_-][A-Za-z0-9_.-]{19,}`),
    isSecret: hasDigit,
  },
  {
    name: "slack-token",
    finds: "Slack tokens (`xoxb-…`, `xoxp-…`, `xapp-…` …)",
    cues: ["xox", "xapp-"],
    pattern: at(String.raw`(?:xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{15,})`),
    isSecret: hasDigit,
  },
  {
    name: "slack-webhook",
    finds: "Slack webhook URLs",
    cues: ["hooks.slack"],
    pattern:
      /(?<kept>hooks\.slack(?:-gov)?\.com\\?\/(?:services|workflows|triggers)\\?\/)[A-Za-z0-9][A-Za-z0-9/\\_+-]{18,}/g,
    isSecret: hasDigit,
  },
  {
    name: "stripe-key",
    finds:
      "Stripe secret and restricted keys (`sk_live_…`, `rk_live_…`, test ones too) and webhook secrets (`whsec_…`)",
    cues: ["k_live_", "k_test_", "whsec_"],
    pattern: at(`(?:[rs]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{16,})`),
    isSecret: isReal,
  },
  {
    name: "npm-token",
    finds: "npm tokens (`npm_…`)",
    cues: ["npm_"],
    pattern: at(`npm_[A-Za-z0-9]{30,}`),
    isSecret: isReal,
  },
  {
    name: "anthropic-key",
    finds: "Anthropic keys (`sk-ant-…`)",
    cues: ["sk-ant-"],
    pattern: at(`sk-ant-[A-Za-z0-9_-]{16,}`),
    isSecret: isReal,
  },
  {
    name: "openai-key",
    finds:
      "OpenAI keys and those of services that follow them (`sk-…`, `sk-proj-…`, `sk-svcacct-…`, `sk-or-v1-…`)",
    cues: ["sk-"],
    pattern: at(`sk-(?:(?:proj|svcacct|admin|None|or-v1)-[A-Za-z0-9_-]{16,}|[A-Za-z0-9]{20,})`),
    isSecret: hasDigit,
  },
  {
    name: "huggingface-token",
    finds: "Hugging Face tokens (`hf_…`)",
    cues: ["hf_"],
    pattern: at(`hf_[A-Za-z0-9]{30,}`),
    isSecret: isReal,
  },
  {
    name: "jwt",
    finds: "JSON web tokens (`eyJ….eyJ….…`)",
    cues: ["yJ"],
    // Begins where a run of its characters does: each run is read once.
    pattern: new RegExp(
      String.raw`${behindNo("A-Za-z0-9_-")}eyJ[A-Za-z0-9_-]{8,}\.ey[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{8,}`,
      "g",
    ),
  },
];
