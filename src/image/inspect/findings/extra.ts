import type { Kind } from './collect.ts';

const LEFTOVERS: readonly (Kind & { readonly pattern: RegExp })[] = [
  {
    id: 'core-dumps',
    title: 'Core dumps, heap dumps and swap files',
    confidence: 'likely',
    pattern: /\/(?:core\.\d+|vgcore\.\d+|swapfile|[^/]+\.(?:hprof|heapsnapshot|stackdump))$|^\/core$/,
    fix: 'COPY --exclude=core.* … # or add them to .dockerignore; delete them in the RUN that makes them',
  },
  {
    id: 'ci-files',
    title: 'Files of continuous integration',
    confidence: 'likely',
    pattern:
      /\/(?:\.github|\.gitlab|\.circleci)\/|\/(?:\.gitlab-ci\.yml|\.travis\.yml|Jenkinsfile|azure-pipelines\.yml|\.drone\.yml|bitbucket-pipelines\.yml)$/,
    fix: 'COPY --exclude=.github --exclude=.gitlab-ci.yml . . # or add them to .dockerignore',
  },
];

const ANY = new RegExp(LEFTOVERS.map(each => each.pattern.source).join('|'));

/** Says no for most paths, and quickly. */
const HINT =
  /\/\.(?:git[hl]|circ|trav|dron)|\/core|\/vgcore|\/swapfile|Jenkinsfile|-pipelines\.|\.(?:hprof|heapsnapshot|stackdump)$/;

/** What else is left over by people and machines that build. */
export function leftoverOf(path: string): Kind | undefined {
  if (!HINT.test(path) || !ANY.test(path)) return undefined;
  const found = LEFTOVERS.find(each => each.pattern.test(path));
  if (found === undefined) return undefined;
  const { pattern: _, ...kind } = found;
  return kind;
}
