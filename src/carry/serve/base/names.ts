import { Refusal } from './refusal.ts';

/** Names of repositories (distribution spec 1.1, "Pulling manifests"). */
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const MAX_LENGTH = 255;

/** True for a name that a repository may have. */
export function isRepository(name: string): boolean {
  return name.length <= MAX_LENGTH && REPOSITORY.test(name);
}

/** @throws Refusal `NAME_INVALID`. */
export function parseRepository(name: string): string {
  if (isRepository(name)) return name;
  throw new Refusal('NAME_INVALID', `not the name of a repository: ${JSON.stringify(name.slice(0, 100))}`);
}

const ATTACHED = /^sha256-[0-9a-f]{64}(?:\.(?:sig|att|sbom))?$/;

/** True for a tag that lists what is attached to a manifest: the fallback of the specification, and those of cosign. */
export function isAttachmentTag(tag: string): boolean {
  return ATTACHED.test(tag);
}

/** True for a tag. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}
