export function size(bytes) {
  if (!Number.isFinite(bytes)) return '–';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export function percent(share) {
  if (!Number.isFinite(share)) return '–';
  return `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)} %`;
}

export function duration(seconds) {
  if (!Number.isFinite(seconds) || seconds < 0) return '–';
  const spans = [
    [86400, 'd'],
    [3600, 'h'],
    [60, 'min'],
  ];
  for (const [length, unit] of spans) if (seconds >= length) return `${Math.floor(seconds / length)} ${unit}`;
  return `${Math.round(seconds)} s`;
}

export function clock(ms) {
  const date = new Date(ms);
  const time = date.toLocaleTimeString([], { hour12: false });
  return date.toDateString() === new Date().toDateString() ? time : `${date.toLocaleDateString()} ${time}`;
}

const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g');

/** Text without what turns, hides or colours other text. */
export function plain(text) {
  return String(text ?? '')
    .replace(COLOURS, '')
    .replace(/[^\P{Cc}\n\t]|[\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '�');
}
