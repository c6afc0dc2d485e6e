import { posix } from 'node:path';
import type { View } from '../view/index.ts';

/** What is read of a `package.json`. Anything that has not the documented type is as if it were not there. */
export interface PackageManifest {
  /** The directory of the package. */
  readonly dir: string;
  readonly name?: string;
  readonly main?: string;
  readonly exports?: unknown;
  readonly imports?: unknown;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: readonly string[];
  readonly optionalDependencies: readonly string[];
}

/** Reads the `package.json` of directories, each once. */
export class Manifests {
  readonly #view: View;
  readonly #known = new Map<string, PackageManifest | undefined>();

  constructor(view: View) {
    this.#view = view;
  }

  /** The manifest in a directory. */
  in(dir: string): PackageManifest | undefined {
    if (this.#known.has(dir)) return this.#known.get(dir);
    const text = this.#view.names(dir).has('package.json')
      ? this.#view.text(posix.join(dir, 'package.json'))
      : undefined;
    const manifest = text === undefined ? undefined : readManifest(dir, text);
    this.#known.set(dir, manifest);
    return manifest;
  }

  /** The manifest of the package that a file is in: the nearest one upwards, not beyond `node_modules`. */
  of(path: string): PackageManifest | undefined {
    for (let dir = posix.dirname(path); ; dir = posix.dirname(dir)) {
      if (posix.basename(dir) === 'node_modules') return undefined;
      const manifest = this.in(dir);
      if (manifest !== undefined) return manifest;
      if (dir === '/') return undefined;
    }
  }

  /** The manifest of the whole package: beyond those that only say `"type"`. */
  packageOf(path: string): PackageManifest | undefined {
    let found = this.of(path);
    while (found !== undefined && found.name === undefined) {
      const outer = this.of(found.dir);
      if (outer === undefined) break;
      found = outer;
    }
    return found;
  }
}

function readManifest(dir: string, text: string): PackageManifest {
  const json = parse(text);
  const name = json.name;
  const main = json.main;
  return {
    dir,
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof main === 'string' ? { main } : {}),
    exports: json.exports,
    imports: json.imports,
    scripts: Object.fromEntries(
      Object.entries(isRecord(json.scripts) ? json.scripts : {}).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    ),
    dependencies: isRecord(json.dependencies) ? Object.keys(json.dependencies) : [],
    optionalDependencies: [json.optionalDependencies, json.peerDependencies].flatMap(part =>
      isRecord(part) ? Object.keys(part) : [],
    ),
  };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isRecord(json) ? json : {};
  } catch {
    return {};
  }
}

/** True for an object that is no array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
