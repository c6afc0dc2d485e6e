import type { Finding } from '../finding.ts';
import type { Ground, LiveFile } from '../ground.ts';
import { TYPE } from '../scan/index.ts';
import { Collector } from './collect.ts';

const START_BYTES = 8192;
const LARGEST_BYTES = 1 << 20;
const MAX_READ = 4000;

/** Names that secrets go by. What they hold decides. */
const NAMED =
  /^(?:id_(?:rsa|dsa|ecdsa|ed25519)(?:_[^/.]*)?|.*\.(?:pem|key|p12|pfx|jks|kdbx|ppk|env|tfvars|tfstate)|\.env(?:\..*)?|\.netrc|_netrc|\.npmrc|\.pypirc|\.git-credentials|\.htpasswd|\.pgpass|\.my\.cnf|credentials(?:\.(?:json|csv))?|\.dockercfg|\.dockerconfigjson|config(?:\.json)?|.*service[-_]?account.*\.json|secrets?\.(?:ya?ml|json|toml|env)|wp-config\.php|settings\.local\..*|.*_history)$/i;
/** `config` is a secret's name in these only. */
const CONFIG = /\/config(?:\.json)?$/;
const CONFIG_HOME = /\/\.(?:docker|kube)\/config/;
/** Where keys are samples, certificates of others, or of nobody. */
const HARMLESS =
  /\/(?:node_modules|site-packages|dist-packages|gems|testdata|tests?|examples?|fixtures|doc|man)\/|^\/(?:etc\/ssl\/certs|usr\/share|usr\/lib\/ssl|usr\/local\/share\/ca-certificates)\//;

const SHAPES: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'a private key', pattern: /-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----/ },
  { what: 'a PuTTY key', pattern: /^PuTTY-User-Key-File-/ },
  { what: 'an access key of AWS', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/ },
  { what: 'a token of GitHub', pattern: /\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{40,}\b/ },
  { what: 'a token of GitLab', pattern: /\bglpat-[A-Za-z0-9_-]{20,}/ },
  { what: 'a token of Slack', pattern: /\bxox[abprs]-[A-Za-z0-9-]{10,}/ },
  { what: 'a key of Google', pattern: /\bAIza[A-Za-z0-9_-]{35}\b|"private_key_id"\s*:/ },
  { what: 'a token of npm', pattern: /_authToken\s*=\s*(?!\$)[^\s]{8,}|\bnpm_[A-Za-z0-9]{36}\b/ },
  { what: 'a key of Stripe', pattern: /\b[sr]k_live_[A-Za-z0-9]{16,}/ },
  { what: 'a login of a registry', pattern: /"auth"\s*:\s*"[A-Za-z0-9+/=]{8,}"/ },
  { what: 'a login', pattern: /^machine\s+\S+\s+login\s+\S+\s+password\s+\S+/m },
  {
    what: 'a URL with a password',
    pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@'"]{1,64}:[^\s/:@'"$]{3,64}@[\w.-]+/,
  },
  {
    what: 'a password or key in a variable',
    pattern:
      /^\s*(?:export\s+)?[A-Z0-9_]{0,40}(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY)[A-Z0-9_]{0,20}\s*[=:]\s*['"]?(?!\s*$|\$|<|changeme|example|your)[^\s'"#]{6,}/im,
  },
  { what: 'a key store', pattern: /^\xfe\xed\xfe\xed/ },
];

/** Keys, passwords and tokens, by name and by what they look like. Nothing of them is told. */
export function secretFindings(ground: Ground): readonly Finding[] {
  const files = new Collector();
  let read = 0;
  for (const file of ground.files) {
    if (!isSuspect(file.path) || file.size > LARGEST_BYTES) continue;
    if (ground.owners.ownerOf(file.node) !== undefined) continue;
    read += 1;
    if (read > MAX_READ) break;
    const what = secretIn(ground, file);
    if (what !== undefined) files.add(file.layer, { path: file.path, bytes: 0, note: what });
  }
  const hidden = hiddenSecrets(ground);
  const variables = variableSecrets(ground);
  return [
    ...(files.files === 0 ? [] : [{ ...files.finish(FILES, ground), severity: 'high' as const }]),
    ...(hidden.files === 0 ? [] : [{ ...hidden.finish(HIDDEN, ground), severity: 'high' as const }]),
    ...(variables.files === 0
      ? []
      : [{ ...variables.finish(VARIABLES, ground), severity: 'high' as const, causes: [] }]),
  ];
}

/** What a later layer deletes is still in the image, for everyone who has it. */
function hiddenSecrets(ground: Ground): Collector {
  const { stacked, owners } = ground;
  const files = new Collector();
  let read = 0;
  for (const { layer, row, node } of stacked.hidden) {
    const { type, size } = stacked.layers[layer]!;
    if (type[row] !== TYPE.file || size[row]! === 0 || size[row]! > LARGEST_BYTES) continue;
    // Most names say no, and are quicker to ask for than whole paths.
    if (!NAMED.test(stacked.names.textOf(node)) || owners.ownerOf(node) !== undefined) continue;
    const path = stacked.names.pathOf(node);
    if (!isSuspect(path)) continue;
    read += 1;
    if (read > MAX_READ) break;
    const what = secretIn(ground, { layer, row });
    if (what !== undefined)
      files.add(layer, { path, bytes: 0, note: `${what}, in layer ${ground.places[layer]! + 1}` });
  }
  return files;
}

function isSuspect(path: string): boolean {
  if (!NAMED.test(path.slice(path.lastIndexOf('/') + 1)) || HARMLESS.test(path)) return false;
  return !CONFIG.test(path) || CONFIG_HOME.test(path);
}

const FILES = {
  id: 'secrets',
  title: 'Keys or passwords are in the image',
  confidence: 'likely',
  fix: 'RUN --mount=type=secret,id=key … # for what the build needs; mount what the app needs at run time. Then replace the key: who has the image has it',
} as const;

const HIDDEN = {
  id: 'secrets',
  title: 'Keys or passwords were deleted later, and are still in a layer',
  confidence: 'likely',
  fix: 'RUN --mount=type=secret,id=key … # in place of COPY and rm. Then replace the key: who has the image has it',
} as const;

const VARIABLES = {
  id: 'secret-variables',
  title: 'A variable of the image looks like a password or key',
  confidence: 'likely',
  fix: 'leave it out of ENV and ARG: RUN --mount=type=secret,id=… for the build, env_file or secrets at run time',
} as const;

function secretIn({ layers }: Ground, { layer, row }: Pick<LiveFile, 'layer' | 'row'>): string | undefined {
  const text = layers[layer]!.bytes(row, 0, START_BYTES).toString('latin1');
  return SHAPES.find(({ pattern }) => pattern.test(text))?.what;
}

const SECRET_NAME = /(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|CREDENTIAL)/i;

/** Of the environment of the image: the name is told, the value is not. */
function variableSecrets({ config }: Ground): Collector {
  const found = new Collector();
  for (const each of config.config?.Env ?? []) {
    const [name = '', value = ''] = each.split(/=(.*)/s);
    const isPath = value.startsWith('/') || /^(?:true|false|\d{1,3})$/i.test(value);
    const looks = SHAPES.some(({ pattern }) => pattern.test(value));
    if ((SECRET_NAME.test(name) && value.length >= 6 && !isPath) || looks)
      found.add(-1, { path: name, bytes: 0 });
  }
  return found;
}
