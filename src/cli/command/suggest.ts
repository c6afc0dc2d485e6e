/** The one of `known` that `given` was probably meant to be, if there is one. */
export function suggestion(given: string, known: readonly string[]): string | undefined {
  const wanted = given.toLowerCase();
  const begun = known.filter(name => wanted.length >= 2 && name.startsWith(wanted));
  if (begun.length === 1) return begun[0];
  let best: string | undefined;
  let least = Math.min(3, Math.ceil(wanted.length / 2));
  for (const name of known) {
    const distance = editDistance(wanted, name);
    if (distance >= least) continue;
    best = name;
    least = distance;
  }
  return best;
}

/** How many letters are to be added, removed, replaced or swapped with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 3) return 4;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, rows[i - 2]![j - 2]! + 1);
      }
      row.push(cost);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
