const UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'];

/** A size for people, in SI units with three digits: `0 B`, `999 B`, `12.4 MB`, `1.70 GB`. */
export function formatSize(bytes: number): string {
  if (Math.abs(bytes) < 1000) return `${bytes} B`;
  let value = bytes;
  let unit = 'B';
  for (const next of UNITS) {
    if (Math.abs(value) < 999.5) break;
    value /= 1000;
    unit = next;
  }
  return `${threeDigits(value)} ${unit}`;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

/** A span of time for people: `85 ms`, `3.2 s`, `2 min 05 s`, `3 h 04 min`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** A count with thin groups: `12 345`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ' ');
}

/** How many of something: `no probes`, `1 probe`, `1 200 probes`. */
export function formatNumber(count: number, noun: string): string {
  return `${count === 0 ? 'no' : formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A share of 0 to 1 as `93 %`; never `100 %` or `0 %` for a share that is not quite that. */
export function formatPercent(share: number): string {
  const percent = Math.round(share * 100);
  if (share > 0 && percent === 0) return '<1 %';
  if (share < 1 && percent === 100) return '>99 %';
  return `${percent} %`;
}
