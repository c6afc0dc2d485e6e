const SECRET_NAME =
  /(?:^|_)(?:password|passwd|passphrase|pwd|secret|secrets|token|api_?key|access_?key(?:_id)?|private_?key|client_?secret|signing_?key|encryption_?key|credentials?|auth_?key|ssh_?key|deploy_?key)(?:_|$)/i;
/** Names that speak of a secret and hold none: where it is, how long it lives, what it is called. */
const NO_SECRET =
  /(?:_|^)(?:file|path|dir|url|uri|name|endpoint|issuer|audience|ttl|timeout|expiry|expires|lifetime|length|policy|type|header|public|enabled?|disabled?|version|port|host|realm|count|limit|id)$|^(?:public|no|max|min|enable|disable|old)_|pwd_?home|^old_?pwd$|^pwd$/i;

/** Whether a variable by its name holds a secret. */
export function isSecretName(name: string): boolean {
  if (name.length > 200) return false;
  return SECRET_NAME.test(name) && (!NO_SECRET.test(name) || /access_?key_id$/i.test(name));
}

const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/, 'a private key'],
  [/\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{36}\b/, 'a token of GitHub'],
  [/\bgithub_pat_[A-Za-z0-9_]{50,}\b/, 'a token of GitHub'],
  [/\bglpat-[A-Za-z0-9_-]{20,}/, 'a token of GitLab'],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/, 'an access key of AWS'],
  [/\bxox[abprs]-[A-Za-z0-9-]{20,}/, 'a token of Slack'],
  [/\bsk_live_[A-Za-z0-9]{20,}/, 'a key of Stripe'],
  [/\bnpm_[A-Za-z0-9]{36}\b/, 'a token of npm'],
  [/\bAIza[A-Za-z0-9_-]{35}\b/, 'a key of Google'],
  [/\bdckr_pat_[A-Za-z0-9_-]{20,}/, 'a token of Docker Hub'],
  [/https?:\/\/[^\s/:@$"'{}]{1,80}:[^\s/@$"'{}]{3,80}@/, 'a password in an address'],
];

/** What kind of secret stands in a text, by its shape. */
export function secretShape(text: string): string | undefined {
  return SHAPES.find(([shape]) => shape.test(text))?.[1];
}
