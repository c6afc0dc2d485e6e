import { SampanError } from '../../../core/errors/index.ts';

/** A mapping of a policy. */
export type Mapping = Readonly<Record<string, unknown>>;

/** @throws SampanError `invalid`, naming the place, what was wanted and what is there. */
export function wrong(where: string, wanted: string, value: unknown): never {
  const got = value === undefined ? 'nothing' : (JSON.stringify(value)?.slice(0, 60) ?? typeof value);
  throw new SampanError('invalid', `${where}: wanted ${wanted}, got ${got}`, {
    remedy: 'see docs/formats/policy.md for what a policy may say',
  });
}

/** A mapping with no other members than these: a rule that was misspelt must not be a rule that is missing. */
export function mapping(value: unknown, where: string, members: readonly string[] | undefined): Mapping {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) wrong(where, 'a mapping', value);
  const found: Mapping = Object.fromEntries(Object.entries(value));
  const strange = members && Object.keys(found).find(key => !members.includes(key));
  if (strange !== undefined) wrong(`${where}.${strange}`, `one of ${members?.join(', ')}`, strange);
  return found;
}

/** A list of texts with at least one and at most `max` in it. */
export function texts(value: unknown, where: string, max: number): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) wrong(where, 'a list', value);
  if (value.length > max) throw new SampanError('limit', `${where}: ${value.length} items, at most ${max}`);
  return value.map((each, i) => (typeof each === 'string' ? each : wrong(`${where}[${i}]`, 'a text', each)));
}

/** One of some words; `otherwise` where nothing is said. */
export function word<const W extends string>(
  value: unknown,
  where: string,
  choice: { readonly words: readonly W[]; readonly otherwise: W },
): W {
  if (value === undefined) return choice.otherwise;
  return (
    choice.words.find(each => each === value) ?? wrong(where, `one of ${choice.words.join(', ')}`, value)
  );
}

/** A whole number in a range; `otherwise` where nothing is said. */
export function whole(
  value: unknown,
  where: string,
  range: { readonly min: number; readonly max: number; readonly otherwise: number },
): number {
  if (value === undefined) return range.otherwise;
  const isInside =
    typeof value === 'number' && Number.isInteger(value) && value >= range.min && value <= range.max;
  return isInside ? value : wrong(where, `a whole number from ${range.min} to ${range.max}`, value);
}

const SPAN = /^(\d{1,5})(m|h|d|w|y)$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};

/** A span of time such as `90d`, in milliseconds. */
export function span(value: unknown, where: string): number | undefined {
  if (value === undefined) return undefined;
  const [, amount = '', unit = ''] = (typeof value === 'string' && SPAN.exec(value)) || [];
  return amount === ''
    ? wrong(where, 'a span of time such as 12h, 90d or 2y', value)
    : Number(amount) * UNIT_MS[unit]!;
}

const DAY_OR_TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d))?$/;

/** A day, or a time as RFC 3339 writes it, in milliseconds since 1970. */
export function time(value: unknown, where: string): number | undefined {
  if (value === undefined) return undefined;
  const ms = typeof value === 'string' && DAY_OR_TIME.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? wrong(where, 'a time such as 2026-01-31 or 2026-01-31T12:00:00Z', value) : ms;
}
