import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readVerificationKeys, type VerificationKey } from '../keys/index.ts';

/** The password of the key that cosign made. */
export const FIXTURE_PASSWORD = 'secret';

/** A file that cosign wrote, see the README beside it. */
export function fixture(name: string): Buffer {
  return readFileSync(join(import.meta.dirname, '..', 'fixture', name));
}

/** The public key that cosign made. */
export function fixtureKeys(): readonly VerificationKey[] {
  return readVerificationKeys(fixture('cosign.pub'), 'cosign.pub');
}
