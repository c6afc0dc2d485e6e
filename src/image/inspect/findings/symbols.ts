import { isDebugName, openElf, SECTION } from '../../userland/elf/index.ts';
import type { Finding } from '../finding.ts';
import type { Ground, LiveFile } from '../ground.ts';
import { Collector } from './collect.ts';

/** Small programs have small symbols. */
const LEAST_FILE_BYTES = 100_000;
const LEAST_BYTES = 100_000;
/** e_type: an object file, or a module of a kernel. */
const RELOCATABLE = 1;
/** The largest programs come first, so that a huge image does not take long. */
const MAX_PROGRAMS = 200;
const PROGRAM = /\.so(?:\.[\d.]+)?$|\/[^/.]+$|\.node$|\.bin$|\.exe$/;

/** Programs and libraries with symbols and debug sections that no loader reads. */
export function symbolFindings(ground: Ground, waste: ReadonlyMap<number, string>): readonly Finding[] {
  const files = new Collector();
  for (const file of programs(ground, waste)) {
    const bytes = symbolBytes(ground, file);
    if (bytes < 4096) continue;
    files.add(file.layer, { path: file.path, bytes, note: 'symbols and debug sections' });
  }
  if (files.bytes < LEAST_BYTES) return [];
  return [
    files.finish(
      {
        id: 'unstripped-programs',
        title: 'Programs and libraries carry symbols and debug sections',
        confidence: 'certain',
        fix: 'RUN strip --strip-unneeded … # in the build stage; go build -ldflags "-s -w"; cargo: strip = true',
      },
      ground,
    ),
  ];
}

/** Programs and libraries that are no waste anyway, the largest first. */
function programs(ground: Ground, waste: ReadonlyMap<number, string>): LiveFile[] {
  const found: LiveFile[] = [];
  for (const file of ground.files) {
    if (file.size < LEAST_FILE_BYTES || waste.has(file.node)) continue;
    const mode = ground.stacked.layers[file.layer]!.mode[file.row]!;
    if ((mode & 0o111) !== 0 || PROGRAM.test(file.path)) found.push(file);
  }
  return found.sort((a, b) => b.size - a.size).slice(0, MAX_PROGRAMS);
}

/** Only the headers are read: all that an ELF file says of itself takes longer. */
function symbolBytes({ layers }: Ground, { layer, row }: LiveFile): number {
  const elf = openElf(layers[layer]!.program(row));
  if (elf === undefined || elf.headers.type === RELOCATABLE) return 0;
  const { sections } = elf.headers;
  const symbols = sections.find(section => section.type === SECTION.symtab);
  const strings = symbols === undefined ? undefined : sections[symbols.link];
  const debug = sections.filter(section => section.type !== SECTION.nobits && isDebugName(section.name));
  return debug.reduce((sum, { size }) => sum + size, (symbols?.size ?? 0) + (strings?.size ?? 0));
}
