import type { Finding } from '../finding.ts';
import type { Ground } from '../ground.ts';
import type { Program } from '../program.ts';
import { baseFindings } from './base.ts';
import { duplicateFindings } from './duplicates.ts';
import { hiddenFindings } from './hidden.ts';
import { orderFindings } from './order.ts';
import { privilegeFindings } from './privileges.ts';
import { secretFindings } from './secrets.ts';
import { symbolFindings } from './symbols.ts';
import { unusedFindings } from './unused.ts';
import { versionFindings } from './versions.ts';
import { wasteIn } from './waste.ts';

/** What was found in an image. */
export interface Found {
  /** Sorted by the bytes that they save, the most first. */
  readonly findings: readonly Finding[];
  /** The id of the finding that a node of the tree is in. */
  readonly waste: ReadonlyMap<number, string>;
}

/** Looks for all that is known. */
export function findAll(ground: Ground, program: Program | undefined): Found {
  const { findings, of } = wasteIn(ground);
  const all = [
    ...hiddenFindings(ground),
    ...findings,
    ...duplicateFindings(ground, of),
    ...symbolFindings(ground, of),
    ...versionFindings(ground, of),
    ...baseFindings(ground, program, of),
    ...unusedFindings(ground, program, of),
    ...orderFindings(ground),
    ...secretFindings(ground),
    ...privilegeFindings(ground),
  ];
  return { findings: all.sort(compare), waste: of };
}

const RANKS = { high: 0, medium: 1, low: 2 } as const;

function compare(a: Finding, b: Finding): number {
  return (
    b.bytes - a.bytes ||
    (b.updateBytes ?? 0) - (a.updateBytes ?? 0) ||
    RANKS[a.severity] - RANKS[b.severity] ||
    (a.id < b.id ? -1 : 1)
  );
}
