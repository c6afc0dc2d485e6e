import { SampanError } from '../../core/errors/index.ts';
import type { Drop, Reason, SlimPlan } from './plan/index.ts';

/** Why each path of a slimmed image was kept or dropped. */
export interface PlanRecord {
  readonly level: string;
  readonly kept: ReadonlyMap<string, Reason & { readonly layer: string }>;
  readonly dropped: ReadonlyMap<string, Drop>;
}

const SCHEMA = 'sampan.record/1';

/** A plan as a JSON document, which {@link parsePlan} reads. */
export function formatPlan(plan: SlimPlan, gone: ReadonlyMap<string, Drop>): string {
  const kept = [...plan.kept].map(([path, { kind, text, by }]) => [
    path,
    kind,
    text,
    by ?? '',
    plan.groups.get(path) ?? 'os',
  ]);
  const dropped = [...gone].map(([path, { category, owner }]) => [path, category, owner ?? '']);
  return JSON.stringify({ schema: SCHEMA, level: plan.level, kept, dropped });
}

interface Document {
  readonly schema: string;
  readonly level: string;
  readonly kept: readonly [string, Reason['kind'], string, string, string][];
  readonly dropped: readonly [string, string, string][];
}

/** Reads what {@link formatPlan} wrote. @throws SampanError `invalid` for anything else. */
export function parsePlan(text: string): PlanRecord {
  // The file is our own; its first member says so, and nothing else is written under that name.
  const document = JSON.parse(text) as Document;
  if (document.schema !== SCHEMA) throw new SampanError('invalid', `not a document of the kind ${SCHEMA}`);
  return {
    level: document.level,
    kept: new Map(
      document.kept.map(([path, kind, words, by, layer]) => [
        path,
        { kind, text: words, layer, ...(by === '' ? {} : { by }) },
      ]),
    ),
    dropped: new Map(
      document.dropped.map(([path, category, owner]) => [
        path,
        { category, ...(owner === '' ? {} : { owner }) },
      ]),
    ),
  };
}

/** The chain of reasons for a kept path: itself first, then what asks for it, up to where it begins. */
export function chainOf(
  record: PlanRecord,
  path: string,
): readonly { readonly path: string; readonly reason: Reason }[] {
  const chain: { path: string; reason: Reason }[] = [];
  const seen = new Set<string>();
  for (let at: string | undefined = path; at !== undefined && !seen.has(at); ) {
    const reason = record.kept.get(at);
    if (reason === undefined) break;
    seen.add(at);
    chain.push({ path: at, reason });
    at = reason.by;
  }
  return chain;
}
