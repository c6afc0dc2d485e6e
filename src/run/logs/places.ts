import type { FilePlace } from './read/index.ts';

/** The state file with where each log file was left. */
export const PLACES = 'places.json';
const MAX_PLACES = 1000;

/** Writes down where files were left. */
export function placesBytes(places: ReadonlyMap<string, FilePlace>): Uint8Array {
  return Buffer.from(JSON.stringify(Object.fromEntries(places)));
}

/** Reads it back; what is damaged is nothing. */
export function readPlaces(bytes: Uint8Array | undefined): ReadonlyMap<string, FilePlace> {
  const found = new Map<string, FilePlace>();
  if (bytes === undefined) return found;
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (typeof value !== 'object' || value === null) return found;
    for (const [id, place] of Object.entries(value).slice(0, MAX_PLACES))
      if (isPlace(place)) found.set(id, { inode: place.inode, offset: place.offset });
  } catch {
    // Without it reading begins at the ends of the files.
  }
  return found;
}

function isPlace(value: unknown): value is FilePlace {
  if (typeof value !== 'object' || value === null || !('inode' in value) || !('offset' in value))
    return false;
  return Number.isSafeInteger(value.inode) && Number.isSafeInteger(value.offset) && Number(value.offset) >= 0;
}
