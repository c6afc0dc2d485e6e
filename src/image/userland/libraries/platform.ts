import type { ElfFile } from '../elf/index.ts';

/** What a loader of an architecture has built in. */
export interface Platform {
  /** Debian's multiarch names, the usual one first. */
  readonly triplets: readonly string[];
  /** What `$PLATFORM` may be. */
  readonly names: readonly string[];
  /** Where programs say that their loader is: of glibc, then of musl. */
  readonly interpreters: readonly string[];
}

const PLATFORMS: Readonly<Record<string, Platform>> = {
  amd64: {
    triplets: ['x86_64-linux-gnu'],
    names: ['x86_64', 'haswell', 'xeon_phi'],
    interpreters: ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-musl-x86_64.so.1'],
  },
  amd64p32: {
    triplets: ['x86_64-linux-gnux32'],
    names: ['x86_64'],
    interpreters: ['/libx32/ld-linux-x32.so.2', '/lib/ld-musl-x32.so.1'],
  },
  arm64: {
    triplets: ['aarch64-linux-gnu'],
    names: ['aarch64'],
    interpreters: ['/lib/ld-linux-aarch64.so.1', '/lib/ld-musl-aarch64.so.1'],
  },
  arm: {
    triplets: ['arm-linux-gnueabihf', 'arm-linux-gnueabi'],
    names: ['v7l', 'v6l', 'v5l', 'v8l'],
    interpreters: [
      '/lib/ld-linux-armhf.so.3',
      '/lib/ld-linux.so.3',
      '/lib/ld-musl-armhf.so.1',
      '/lib/ld-musl-arm.so.1',
    ],
  },
  '386': {
    triplets: ['i386-linux-gnu'],
    names: ['i686', 'i586', 'i486', 'i386'],
    interpreters: ['/lib/ld-linux.so.2', '/lib/ld-musl-i386.so.1'],
  },
  riscv64: {
    triplets: ['riscv64-linux-gnu'],
    names: [],
    interpreters: ['/lib/ld-linux-riscv64-lp64d.so.1', '/lib/ld-musl-riscv64.so.1'],
  },
  ppc64le: {
    triplets: ['powerpc64le-linux-gnu'],
    names: ['power8', 'power9', 'power10'],
    interpreters: ['/lib64/ld64.so.2', '/lib/ld-musl-powerpc64le.so.1'],
  },
  ppc64: {
    triplets: ['powerpc64-linux-gnu'],
    names: ['power4', 'power7', 'power8'],
    interpreters: ['/lib64/ld64.so.1', '/lib/ld-musl-powerpc64.so.1'],
  },
  s390x: {
    triplets: ['s390x-linux-gnu'],
    names: ['z13', 'z14', 'z15', 'z16'],
    interpreters: ['/lib/ld64.so.1', '/lib/ld-musl-s390x.so.1'],
  },
  mips64le: {
    triplets: ['mips64el-linux-gnuabi64'],
    names: ['mips64'],
    interpreters: ['/lib64/ld.so.1', '/lib/ld-musl-mips64el.so.1'],
  },
  mipsle: {
    triplets: ['mipsel-linux-gnu'],
    names: ['mips'],
    interpreters: ['/lib/ld.so.1', '/lib/ld-musl-mipsel.so.1'],
  },
  loong64: {
    triplets: ['loongarch64-linux-gnu'],
    names: ['loongarch64'],
    interpreters: ['/lib64/ld-linux-loongarch-lp64d.so.1', '/lib/ld-musl-loongarch64.so.1'],
  },
};

const UNKNOWN: Platform = { triplets: [], names: [], interpreters: [] };

/** What the loader for a file has built in; empty for an architecture that is not known here. */
export function platformOf(elf: ElfFile): Platform {
  return PLATFORMS[elf.architecture ?? ''] ?? UNKNOWN;
}

/** What `$LIB` may be: glibc is built for one of them. */
export function libNames(elf: ElfFile): readonly string[] {
  const multiarch = platformOf(elf).triplets.map(triplet => `lib/${triplet}`);
  return [...multiarch, ...(elf.bits === 64 ? ['lib64'] : []), 'lib'];
}

/** The directories of a glibc that does not tell its own, in order. */
export function usualDirectories(elf: ElfFile): readonly string[] {
  return libNames(elf).flatMap(name => [`/${name}`, `/usr/${name}`]);
}
