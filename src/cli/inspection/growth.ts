import { comparePackages, formatGrowth, type PackageChange } from '../../image/diff/index.ts';
import { cell, code, type Inspection, markdownTable } from '../../image/inspect/index.ts';
import { type Column, formatTable, type Output, styleFor, visible } from '../output/index.ts';

/** How an image grew against another. */
export interface Growth {
  readonly against: string;
  readonly bytes: number;
  /** Layers that only one of them has, the largest first. Bytes of those that went are negative. */
  readonly layers: readonly { readonly instruction: string; readonly bytes: number }[];
  /** The one that grew most first. */
  readonly packages: readonly PackageChange[];
}

/** Compares two inspections. */
export function growthBetween(before: Inspection, after: Inspection): Growth {
  const layers = [...layersOnlyIn(after, before, 1), ...layersOnlyIn(before, after, -1)];
  const packages = comparePackages(before.packages, after.packages);
  return {
    against: before.image,
    bytes: after.totals.sizeBytes - before.totals.sizeBytes,
    layers: layers.sort((a, b) => Math.abs(b.bytes) - Math.abs(a.bytes)),
    packages: packages.toSorted((a, b) => growthOf(b) - growthOf(a)),
  };
}

function layersOnlyIn(one: Inspection, other: Inspection, sign: 1 | -1): Growth['layers'][number][] {
  const had = new Set(other.layers.map(({ diffId, digest }) => diffId ?? digest));
  return one.layers
    .filter(({ diffId, digest }) => !had.has(diffId ?? digest))
    .map(({ instruction, digest, fileBytes }) => ({
      instruction: instruction === '' ? digest.slice(0, 19) : instruction,
      bytes: sign * fileBytes,
    }));
}

function growthOf({ bytesBefore, bytesAfter }: PackageChange): number {
  return bytesAfter - bytesBefore;
}

const MOST_ROWS = 10;
const COLUMNS: readonly Column[] = [
  { title: '', align: 'right' },
  { title: '', shrink: 'text' },
];

/** Prints it for people. */
export function printGrowth(output: Output, growth: Growth, { all }: { readonly all: boolean }): void {
  const { bold, dim } = styleFor(output);
  output.write(`\n${bold(`${formatGrowth(growth.bytes)} against ${visible(growth.against)}`)}\n`);
  for (const [title, rows] of sections(growth)) {
    if (rows.length === 0) continue;
    const shown = all ? rows : rows.slice(0, MOST_ROWS);
    output.write(`${dim(title)}\n${formatTable(COLUMNS, shown, output)}`);
    if (shown.length < rows.length)
      output.write(dim(`… and ${rows.length - shown.length} more; --all shows them\n`));
  }
}

/** The same for a pull request. */
export function growthMarkdown(growth: Growth): string {
  const tables = sections(growth).map(([title, rows]) => {
    if (rows.length === 0) return '';
    const lines = rows
      .slice(0, MOST_ROWS)
      .map(([size = '', text = '']) => [cell(size), code(text.slice(0, 160))]);
    const more = rows.length > MOST_ROWS ? `\n… and ${rows.length - MOST_ROWS} more.\n` : '';
    return `\n${markdownTable(['growth', title], lines)}${more}`;
  });
  return `\n**${formatGrowth(growth.bytes)}** against ${cell(growth.against)}\n${tables.join('')}`;
}

function sections({ layers, packages }: Growth): readonly (readonly [string, readonly string[][]])[] {
  return [
    ['layers', layers.map(({ instruction, bytes }) => [formatGrowth(bytes), instruction])],
    [
      'packages',
      packages.map(each => [
        formatGrowth(growthOf(each)),
        `${each.type} ${each.name}: ${each.before || 'none'} → ${each.after || 'none'}`,
      ]),
    ],
  ];
}
