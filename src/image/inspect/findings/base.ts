import type { Finding } from '../finding.ts';
import type { Ground } from '../ground.ts';
import type { Program } from '../program.ts';
import { Collector } from './collect.ts';

/** What a program needs besides itself and its libraries: certificates, time zones, users. */
const AROUND_BYTES = 2e6;
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
  const { files, rest } = baseFiles(ground, program, waste);
  if (files.bytes - AROUND_BYTES < LEAST_BYTES) return [];
  const finding = files.finish(kindOf(program, rest), ground);
  return [{ ...finding, bytes: files.bytes - AROUND_BYTES }];
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

function kindOf(program: Program, rest: readonly string[]) {
  const name = program.path;
  const copy = `COPY --from=build ${name} ${name}`;
  if (program.interpreter !== undefined) {
    const image = IMAGES[program.interpreter];
    return {
      id: 'large-base',
      title: `The app runs in ${program.interpreter}: a smaller base carries that`,
      confidence: 'possible',
      fix: image ?? 'FROM alpine # or a -slim variant of this base',
    } as const;
  }
  if (program.linkage === 'static') {
    return {
      id: 'static-on-base',
      title: `${name} is static: it needs no base at all`,
      confidence: 'likely',
      fix: `FROM scratch\nCOPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/\n${copy}`,
    } as const;
  }
  if (program.libc === 'musl') {
    return {
      id: 'large-base',
      title: `${name} needs musl and ${rest.length} other libraries`,
      confidence: 'likely',
      fix: `FROM alpine\n${copy}`,
    } as const;
  }
  return rest.length === 0
    ? ({
        id: 'large-base',
        title: `${name} needs nothing but the C library: distroless carries it, and scratch a static build`,
        confidence: 'likely',
        fix: `FROM gcr.io/distroless/cc-debian12\n${copy}`,
      } as const)
    : ({
        id: 'large-base',
        title: `${name} needs the C library and ${rest.length} other libraries of this base`,
        confidence: 'possible',
        fix: `FROM gcr.io/distroless/cc-debian12\n${copy}\nCOPY --from=build ${rest.slice(0, 6).join(' ')}${rest.length > 6 ? ' …' : ''} /usr/lib/`,
      } as const);
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
