import { read } from './server.js';

const KEPT = 120;
const series = new Map();

/** The last ten minutes of something that is watched, by field. */
export function lastOf(key) {
  return series.get(key) ?? {};
}

/** Fetches what was before this page was opened, once for each. */
export async function recall(key, path, nowMs) {
  if (series.has(key)) return;
  series.set(key, {});
  try {
    const { values } = await read(`${path}?after=${Math.round(nowMs / 1000 - 600)}`);
    const own = series.get(key);
    for (const [field, column] of Object.entries(values))
      own[field] = [...column, ...(own[field] ?? [])].slice(-KEPT);
  } catch {
    // Without its past it begins now.
  }
}

/** Takes one more value of each field. */
export function push(key, rates) {
  const own = series.get(key);
  if (own === undefined) return;
  for (const [field, value] of Object.entries(rates)) {
    own[field] ??= [];
    own[field].push(value);
    if (own[field].length > KEPT) own[field].shift();
  }
}
