import { SampanError } from '../../../core/errors/index.ts';
import { formatReference, parseReference, type Reference } from '../../../core/oci/index.ts';
import type { NameCheck } from './types.ts';

const MAX_PATTERN = 256;
const PATTERN = /^[A-Za-z0-9*][A-Za-z0-9*._/:-]*$/;

/** Tells names that fit a pattern. */
export type NamePattern = (name: Reference) => boolean;

/**
 * Reads a pattern: a name as `parseReference` reads it, in which `*` stands for anything within one part and `**`
 * for anything at all. Without a tag it fits every tag; a name without a registry is one of docker.io, except
 * where it begins with `*`.
 *
 * @throws SampanError `invalid`.
 */
export function parsePattern(text: string, where: string): NamePattern {
  if (!PATTERN.test(text) || text.length > MAX_PATTERN) {
    throw new SampanError(
      'invalid',
      `${where}: ${JSON.stringify(text.slice(0, 80))} is no pattern of names`,
      {
        remedy: 'write registry.example/team/*, registry.example/**, app or app:1.*',
      },
    );
  }
  const colon = text.lastIndexOf(':');
  const isTagged = colon > text.lastIndexOf('/');
  const name = filled(isTagged ? text.slice(0, colon) : text);
  const tag = isTagged ? text.slice(colon + 1) : '**';
  return reference => {
    const had = reference.tag ?? (reference.digest === undefined ? 'latest' : '');
    return fits(name, `${reference.domain}/${reference.path}`) && fits(tag, had);
  };
}

/** What Docker leaves out of short names. */
function filled(name: string): string {
  if (name === '*') return '**';
  if (name.startsWith('*')) return name;
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  if (/[.:*]/.test(first) || first === 'localhost') return name;
  return slash < 0 ? `docker.io/library/${name}` : `docker.io/${name}`;
}

/** Follows all ways through the pattern at once: hostile names and patterns cost no more than others. */
function fits(pattern: string, text: string): boolean {
  const tokens = pattern.match(/\*+|[^*]/g) ?? [];
  let at = reached([0], tokens);
  for (const letter of text) {
    const next: number[] = [];
    for (const i of at) {
      const token = tokens[i];
      if (token?.startsWith('**') || (token === '*' && letter !== '/')) next.push(i);
      else if (token === letter) next.push(i + 1);
    }
    at = reached(next, tokens);
  }
  return at.has(tokens.length);
}

/** A star may also stand for nothing. */
function reached(from: readonly number[], tokens: readonly string[]): ReadonlySet<number> {
  const all = new Set(from);
  for (const i of all) if (tokens[i]?.startsWith('*')) all.add(i + 1);
  return all;
}

/** Why the name that was signed does not do for the name that the image goes by; nothing where it does. */
export function nameProblem(
  signed: string | undefined,
  name: Reference | undefined,
  check: NameCheck,
): string | undefined {
  if (check === 'ignored') return undefined;
  if (signed === undefined)
    return check === 'exact' ? 'the signature does not say for which name' : undefined;
  if (name === undefined) return undefined;
  const made = referenceOf(signed);
  if (made === undefined) return `signed for ${JSON.stringify(signed.slice(0, 80))}, which is no name`;
  const isSame = formatted(made, check) === formatted(name, check);
  return isSame ? undefined : `signed for ${formatReference(made)}, not for ${formatReference(name)}`;
}

/** A reference, where a text is one; `latest` is not made up. */
export function referenceOf(text: string): Reference | undefined {
  try {
    return parseReference(text);
  } catch {
    return undefined;
  }
}

function formatted({ domain, path, tag }: Reference, check: NameCheck): string {
  if (check === 'path') return path.replace(/^library\//, '');
  return check === 'repository' ? `${domain}/${path}` : `${domain}/${path}:${tag ?? 'latest'}`;
}
