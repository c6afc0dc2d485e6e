import { SampanError } from '../errors/index.ts';
import type { Descriptor, Platform } from './types.ts';

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  x86_64: 'amd64',
  'x86-64': 'amd64',
  ia32: '386',
  i386: '386',
  i686: '386',
  aarch64: 'arm64',
  armhf: 'arm',
  armv7l: 'arm',
  armel: 'arm',
};

const DEFAULT_VARIANTS: Readonly<Record<string, string>> = { arm: 'v7', arm64: 'v8', amd64: 'v1' };

/** This machine, for programs that run on Linux; `architecture` is as Node names it. */
export function hostPlatform(architecture: string = process.arch): Platform {
  return { os: 'linux', architecture: ARCHITECTURES[architecture] ?? architecture };
}

/**
 * Reads `os/architecture[/variant]`, or the architecture alone; usual other names are known (`aarch64`).
 *
 * @throws SampanError `usage`.
 */
export function parsePlatform(text: string): Platform {
  const parts = text.toLowerCase().split('/');
  const [os, name, variant] = parts.length === 1 ? ['linux', parts[0], undefined] : parts;
  if (parts.length > 3 || !os || !name || parts.some(part => !/^[a-z0-9_.-]+$/.test(part))) {
    throw new SampanError('usage', `not a platform: ${JSON.stringify(text)}`, {
      remedy: 'write it as os/architecture[/variant], for instance linux/arm64 or linux/arm/v7',
    });
  }
  const architecture = ARCHITECTURES[name] ?? name;
  const implied = name === 'armel' ? 'v6' : undefined;
  const given = variant ?? implied;
  return { os, architecture, ...(given === undefined ? {} : { variant: given }) };
}

/** `linux/arm/v7`. */
export function formatPlatform(platform: Platform): string {
  const variant = platform.variant ? `/${platform.variant}` : '';
  return `${platform.os}/${platform.architecture}${variant}`;
}

/** How well programs of `have` run where `want` is: 0 not at all, more is better. */
export function platformFit(have: Platform, want: Platform): number {
  if (have.os !== want.os || have.architecture !== want.architecture) return 0;
  const [has, wants] = [level(have), level(want)];
  return has > wants ? 0 : 1000 + has - wants;
}

function level(platform: Platform): number {
  const variant = platform.variant || DEFAULT_VARIANTS[platform.architecture] || 'v0';
  const digits = /^v?([0-9]{1,2})/.exec(variant)?.[1];
  return Number(digits ?? 0);
}

/** True for a manifest that describes another one (BuildKit's attestations) and is not to be run. */
export function isAttestation(descriptor: Descriptor): boolean {
  const { platform, annotations } = descriptor;
  return (
    annotations?.['vnd.docker.reference.type'] !== undefined ||
    (platform?.os === 'unknown' && platform.architecture === 'unknown')
  );
}

/** Which platform to take. */
export interface PlatformChoice {
  /** What the index is, for messages. */
  readonly what: string;
  /** Asked for by a person: nothing else will do. */
  readonly wanted?: Platform | undefined;
  /** Taken when nothing was asked for and there are several. */
  readonly host?: Platform;
}

/**
 * The one manifest of an index that fits best. When nothing was asked for and there is one only, it is that.
 *
 * @throws SampanError `not-found`, listing what is there.
 */
export function choosePlatform(manifests: readonly Descriptor[], choice: PlatformChoice): Descriptor {
  const images = manifests.filter(manifest => !isAttestation(manifest));
  const only = images.length === 1 ? images[0] : undefined;
  if (only !== undefined && (choice.wanted === undefined || only.platform === undefined)) return only;
  const wanted = choice.wanted ?? choice.host ?? hostPlatform();
  const best = images
    .map(image => ({ image, fit: image.platform === undefined ? 0 : platformFit(image.platform, wanted) }))
    .filter(({ fit }) => fit > 0)
    .toSorted((a, b) => b.fit - a.fit)[0];
  if (best !== undefined) return best.image;
  const there = images.map(image => (image.platform ? formatPlatform(image.platform) : image.digest));
  const listed = there.length === 0 ? 'it holds no image' : `it has ${[...new Set(there)].sort().join(', ')}`;
  throw new SampanError('not-found', `${choice.what}: no image for ${formatPlatform(wanted)}; ${listed}`, {
    ...(there.length === 0 ? {} : { remedy: `choose one with --platform ${there[0]}` }),
  });
}
