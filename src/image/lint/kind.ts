import type { FileKind } from './lint.ts';

const COMPOSE_NAME = /^(?:docker-)?compose(?:[.-][\w.-]*)?\.ya?ml$/i;
const DOCKERFILE_NAME = /^(?:(?:docker|container)file(?:[.-][\w.-]+)?|[\w.-]+\.(?:docker|container)file)$/i;
/** Files beside a Dockerfile that only begin like one. */
const NOT_DOCKERFILE = /\.(?:dockerignore|md|txt|orig|rej|bak|ts|js|ya?ml|json)$/i;

/** What a file is by its name alone; undefined for one that is neither. */
export function kindByName(name: string): FileKind | undefined {
  if (COMPOSE_NAME.test(name)) return 'compose';
  return DOCKERFILE_NAME.test(name) && !NOT_DOCKERFILE.test(name) ? 'dockerfile' : undefined;
}

/** What a text is, for one that has no telling name: YAML with services, or else a Dockerfile. */
export function kindOf(name: string, text: string): FileKind {
  const known = kindByName(name);
  if (known !== undefined) return known;
  if (/\.ya?ml$/i.test(name)) return 'compose';
  return /^(?:services|name|version|include|x-[\w-]+)\s*:/m.test(text.slice(0, 100_000)) &&
    !/^\s*FROM\s/im.test(text.slice(0, 100_000))
    ? 'compose'
    : 'dockerfile';
}
