/** What is wrong with a document, and where in it: `devices[0].containerEdits.mounts[2].hostPath`. */
export interface CdiProblem {
  readonly path: string;
  readonly message: string;
}

const MAX_PROBLEMS = 20;

/** Problems as they are found; those past the twentieth are only counted. */
export interface Problems {
  readonly found: readonly CdiProblem[];
  add(path: string, message: string): void;
}

/** An empty list. */
export function problemList(): Problems {
  const found: CdiProblem[] = [];
  return {
    found,
    add: (path, message) => {
      if (found.length < MAX_PROBLEMS) found.push({ path, message });
    },
  };
}

/** A problem in one line. */
export function problemText({ path, message }: CdiProblem): string {
  return path === '' ? message : `${path}: ${message}`;
}
