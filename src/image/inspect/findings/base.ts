import { formatSize } from '../../../core/text/index.ts';
import type { Finding } from '../finding.ts';
import type { Ground } from '../ground.ts';
import type { Program } from '../program.ts';
import { Collector, type Kind } from './collect.ts';

/** What images carry that would do in place of a base, in bytes, about. */
const CARRIES = { scratch: 2e6, alpine: 8e6, distroless: 24e6 } as const;
const LEAST_BYTES = 10e6;

/** What a script runs is not known. */
const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'busybox']);

/** What the libraries of glibc itself, and of the C++ runtime, are called. */
const GLIBC =
  /\/(?:ld-linux|ld-2|libc|libm|libpthread|libdl|librt|libresolv|libnss_|libutil|libanl|libcrypt)[^/]*$/;
const RUNTIME = /\/(?:libgcc_s|libstdc\+\+|libgomp|libatomic|libssl|libcrypto|libz)[^/]*$/;

/** A base image that is larger than what runs on it needs. */
export function baseFindings(
  ground: Ground,
  program: Program | undefined,
  waste: ReadonlyMap<number, string>,
): readonly Finding[] {
  if (program === undefined || program.missing.length > 0 || SHELLS.has(program.interpreter ?? '')) return [];
  if (program.interpreter === undefined && !program.isWhole) return [];
  const { files, rest } = baseFiles(ground, program, waste);
  const { carrier, ...kind } = kindOf(program, rest);
  const bytes = files.bytes - CARRIES[carrier];
  if (bytes < LEAST_BYTES) return [];
  const finding = files.finish(kind, ground);
  return [{ ...finding, bytes, fix: `${kind.fix}${choices(program, carrier, files.bytes)}` }];
}

/** Files of the base that the program does not map, and that no other finding is about. */
function baseFiles(
  ground: Ground,
  program: Program,
  waste: ReadonlyMap<number, string>,
): { readonly files: Collector; readonly rest: readonly string[] } {
  const needed = new Set(program.files);
  const files = new Collector();
  for (const file of ground.files) {
    if (file.layer >= ground.baseLayers || waste.has(file.node) || needed.has(file.path)) continue;
    files.add(file.layer, { path: file.path, bytes: file.size });
  }
  const rest = program.files.filter(
    path => path !== program.path && !GLIBC.test(path) && !RUNTIME.test(path),
  );
  return { files, rest };
}

type Carrier = keyof typeof CARRIES;

/** What else would do, and what each saves. */
function choices({ interpreter, linkage }: Program, carrier: Carrier, bytes: number): string {
  const saved = (other: Carrier): string => formatSize(Math.max(0, bytes - CARRIES[other]));
  if (interpreter !== undefined || linkage === 'static') return '';
  return carrier === 'alpine'
    ? `\n# alpine saves ${saved('alpine')}; linked statically, scratch saves ${saved('scratch')}`
    : `\n# distroless saves ${saved('distroless')}; built on alpine ${saved('alpine')}; linked statically, scratch saves ${saved('scratch')}`;
}

function kindOf(program: Program, rest: readonly string[]): Kind & { readonly carrier: Carrier } {
  const { name } = program;
  const copy = `COPY --from=build ${name} ${name}`;
  if (program.interpreter !== undefined) {
    const image = IMAGES[program.interpreter];
    return {
      id: 'large-base',
      title: `The app runs in ${program.interpreter}: a smaller base carries that`,
      confidence: 'possible',
      carrier: 'alpine',
      fix: image ?? 'FROM alpine # or a -slim variant of this base',
    };
  }
  if (program.linkage === 'static') {
    return {
      id: 'static-on-base',
      title: `${name} is static: it needs no base at all, scratch will do`,
      confidence: 'likely',
      carrier: 'scratch',
      fix: `FROM scratch\nCOPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/\n${copy}`,
    };
  }
  if (program.libc === 'musl') {
    return {
      id: 'large-base',
      title: `${name} needs musl and ${others(rest)}: alpine will do`,
      confidence: 'likely',
      carrier: 'alpine',
      fix: `FROM alpine\n${copy}`,
    };
  }
  return rest.length === 0
    ? {
        id: 'large-base',
        title: `${name} needs nothing but the C library: distroless carries it, and scratch a static build`,
        confidence: 'likely',
        carrier: 'distroless',
        fix: `FROM gcr.io/distroless/cc-debian12\n${copy}`,
      }
    : {
        id: 'large-base',
        title: `${name} needs the C library and ${others(rest)}: distroless will do, with them`,
        confidence: 'possible',
        carrier: 'distroless',
        fix: `FROM gcr.io/distroless/cc-debian12\n${copy}\nCOPY --from=build ${rest.slice(0, 6).join(' ')}${rest.length > 6 ? ' …' : ''} /usr/lib/`,
      };
}

function others({ length }: readonly string[]): string {
  return length === 0 ? 'nothing else' : `${length} other ${length === 1 ? 'library' : 'libraries'}`;
}

const IMAGES: Readonly<Record<string, string>> = {
  python: 'FROM python:3-alpine # or python:3-slim, gcr.io/distroless/python3-debian12',
  node: 'FROM node:lts-alpine # or node:lts-slim, gcr.io/distroless/nodejs22-debian12',
  nodejs: 'FROM node:lts-alpine # or node:lts-slim, gcr.io/distroless/nodejs22-debian12',
  ruby: 'FROM ruby:3-alpine # or ruby:3-slim',
  php: 'FROM php:8-cli-alpine',
  java: 'FROM eclipse-temurin:21-jre-alpine',
  perl: 'FROM perl:slim',
};
