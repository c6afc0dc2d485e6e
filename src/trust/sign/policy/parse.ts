import { SampanError, wrap } from '../../../core/errors/index.ts';
import { MAX_KEY_BYTES, readVerificationKeys, type VerificationKey } from '../keys/index.ts';
import { mapping, span, texts, time, whole, word, wrong } from './check.ts';
import { parsePattern } from './names.ts';
import type { Policy, Rule, SignedRule } from './types.ts';

/** No policy is larger. */
export const MAX_POLICY_BYTES = 256 << 10;

const VERSION = 1;
const MAX_RULES = 256;
const MAX_KEYS = 64;
const MAX_NAMES = 256;
const RULE = [
  'names',
  'action',
  'keys',
  'threshold',
  'signedName',
  'rollback',
  'maxAge',
  'notBefore',
] as const;
const SIGNED_ONLY: readonly string[] = RULE.slice(2);

/** How a policy is read. */
export interface PolicyOptions {
  /** Where it is from, for messages. */
  readonly path: string;
  /** Reads a key file that it names, by the path that it gives. */
  readonly readKey: (path: string) => Promise<Uint8Array>;
}

/**
 * Reads a trust policy, version 1 (docs/formats/policy.md): YAML, and so JSON too. Anything that is not known is
 * an error: a policy that is not understood must not let anything in.
 *
 * @throws SampanError `invalid`, `unsupported` for another version, `limit`, or what reading a key throws.
 */
export async function parsePolicy(bytes: Uint8Array, options: PolicyOptions): Promise<Policy> {
  const { path } = options;
  if (bytes.length > MAX_POLICY_BYTES) {
    throw new SampanError(
      'limit',
      `${path}: ${bytes.length} bytes, a policy has at most ${MAX_POLICY_BYTES}`,
    );
  }
  const all = mapping(await document(bytes, path), path, undefined);
  if (all.version !== VERSION) {
    if (typeof all.version !== 'number') wrong(`${path}: version`, String(VERSION), all.version);
    throw new SampanError(
      'unsupported',
      `${path}: a policy of version ${all.version}, this Sampan knows ${VERSION}`,
    );
  }
  const known = mapping(all, path, ['version', 'default', 'keys', 'rules']);
  const keys = await namedKeys(known.keys, options);
  return {
    path,
    default: word(known.default, `${path}: default`, { words: ['allow', 'deny'], otherwise: 'deny' }),
    rules: rulesOf(known.rules, keys, path),
  };
}

async function document(bytes: Uint8Array, path: string): Promise<unknown> {
  // Loaded where there is a policy: it takes more memory than all else that decides.
  const { parse } = await import('yaml');
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return parse(text, { maxAliasCount: 100, logLevel: 'error' });
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'damaged';
    throw new SampanError('invalid', `${path}: not YAML: ${reason.slice(0, 120)}`, { cause: error });
  }
}

type NamedKeys = ReadonlyMap<string, readonly VerificationKey[]>;

async function namedKeys(value: unknown, { path, readKey }: PolicyOptions): Promise<NamedKeys> {
  const found = new Map<string, readonly VerificationKey[]>();
  const entries = Object.entries(value === undefined ? {} : mapping(value, `${path}: keys`, undefined));
  if (entries.length > MAX_KEYS) throw new SampanError('limit', `${path}: more than ${MAX_KEYS} keys`);
  for (const [name, source] of entries) {
    const where = `${path}: keys.${name}`;
    if (typeof source !== 'string') wrong(where, 'a PEM, or the path of one', source);
    const isInline = source.trimStart().startsWith('-----BEGIN ');
    const bytes = isInline
      ? Buffer.from(source)
      : await readKey(source).catch(error => {
          throw wrap(where, error);
        });
    found.set(
      name,
      readVerificationKeys(bytes.subarray(0, MAX_KEY_BYTES + 1), where).map(key => ({ ...key, name })),
    );
  }
  return found;
}

function rulesOf(value: unknown, keys: NamedKeys, path: string): readonly Rule[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) wrong(`${path}: rules`, 'a list', value);
  if (value.length > MAX_RULES) throw new SampanError('limit', `${path}: more than ${MAX_RULES} rules`);
  return value.map((each, i) => ruleOf(each, keys, `${path}: rules[${i}]`));
}

function ruleOf(value: unknown, keys: NamedKeys, where: string): Rule {
  const rule = mapping(value, where, RULE);
  const names = texts(rule.names, `${where}.names`, MAX_NAMES);
  for (const [i, name] of names.entries()) parsePattern(name, `${where}.names[${i}]`);
  const words = { words: ['signed', 'allow', 'deny'], otherwise: 'signed' } as const;
  const action = word(rule.action, `${where}.action`, words);
  if (action !== 'signed') {
    const idle = SIGNED_ONLY.find(member => rule[member] !== undefined);
    if (idle !== undefined) wrong(`${where}.${idle}`, `nothing, as the action is ${action}`, rule[idle]);
    return { names, action };
  }
  return signedRule(rule, { names, keys, where });
}

function signedRule(
  rule: Readonly<Record<string, unknown>>,
  known: { readonly names: readonly string[]; readonly keys: NamedKeys; readonly where: string },
): SignedRule {
  const { names, where } = known;
  const all = [...known.keys.keys()].join(', ') || 'the names under keys';
  const keys = texts(rule.keys, `${where}.keys`, MAX_KEYS).flatMap(
    (name, i) => known.keys.get(name) ?? wrong(`${where}.keys[${i}]`, `one of ${all}`, name),
  );
  const max = new Set(keys.map(key => key.id)).size;
  const maxAgeMs = span(rule.maxAge, `${where}.maxAge`);
  const notBeforeMs = time(rule.notBefore, `${where}.notBefore`);
  const checks = { words: ['ignored', 'path', 'repository', 'exact'], otherwise: 'path' } as const;
  return {
    names,
    action: 'signed',
    keys,
    threshold: whole(rule.threshold, `${where}.threshold`, { min: 1, max, otherwise: 1 }),
    signedName: word(rule.signedName, `${where}.signedName`, checks),
    rollback: word(rule.rollback, `${where}.rollback`, { words: ['allow', 'refuse'], otherwise: 'allow' }),
    ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
    ...(notBeforeMs === undefined ? {} : { notBeforeMs }),
  };
}
