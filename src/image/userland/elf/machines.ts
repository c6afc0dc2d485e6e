import type { ByteOrder, WordSize } from './fields.ts';

interface Machine {
  readonly number: number;
  readonly names: Readonly<Partial<Record<`${WordSize}-${ByteOrder}`, string>>>;
}

/** The numbers of e_machine (gABI, chapter 4) that Linux runs on, as GOARCH, and so OCI, names them. */
const MACHINES: readonly Machine[] = [
  { number: 2, names: { '32-big': 'sparc' } },
  { number: 3, names: { '32-little': '386' } },
  { number: 4, names: { '32-big': 'm68k' } },
  {
    number: 8,
    names: { '32-big': 'mips', '32-little': 'mipsle', '64-big': 'mips64', '64-little': 'mips64le' },
  },
  { number: 15, names: { '32-big': 'hppa' } },
  { number: 18, names: { '32-big': 'sparc' } },
  { number: 20, names: { '32-big': 'ppc' } },
  { number: 21, names: { '64-big': 'ppc64', '64-little': 'ppc64le' } },
  { number: 22, names: { '32-big': 's390', '64-big': 's390x' } },
  { number: 40, names: { '32-little': 'arm', '32-big': 'armbe' } },
  { number: 42, names: { '32-little': 'sh4' } },
  { number: 43, names: { '64-big': 'sparc64' } },
  { number: 50, names: { '64-little': 'ia64' } },
  { number: 62, names: { '64-little': 'amd64', '32-little': 'amd64p32' } },
  { number: 183, names: { '64-little': 'arm64', '64-big': 'arm64be' } },
  { number: 243, names: { '64-little': 'riscv64', '32-little': 'riscv' } },
  { number: 258, names: { '64-little': 'loong64', '32-little': 'loong' } },
  { number: 0x9026, names: { '64-little': 'alpha' } },
];

const BY_NUMBER = new Map(MACHINES.map(machine => [machine.number, machine.names]));

/** The OCI name of an architecture (`amd64`, `arm64`, `ppc64le`, …), if Linux has it. */
export function architectureOf(machine: number, bits: WordSize, order: ByteOrder): string | undefined {
  return BY_NUMBER.get(machine)?.[`${bits}-${order}`];
}
