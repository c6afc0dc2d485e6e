import type { WasteRule } from './types.ts';

const PACKAGES = '/(node_modules|site-packages|dist-packages|vendor|gems)/.*';

/** Told apart first, so that no other rule takes it. */
export const LICENSE_RULES: readonly WasteRule[] = [
  {
    id: 'package-licenses',
    category: 'license',
    explains: 'the licence of a package',
    pattern: /^\/usr\/share\/(doc\/[^/]+\/copyright$|common-licenses\/|licenses\/)/,
    safe: false,
  },
  {
    id: 'library-licenses',
    category: 'license',
    explains: 'the licence of a library',
    pattern: new RegExp(
      `${PACKAGES}/(licen[cs]es?|copying|notices?|copyright|unlicense|third[-_]?party[-_]?(notices?|licen[cs]es?)|authors|patents)([._-][^/]*)?(/[^/]*)?$`,
      'i',
    ),
    // A module may well be called license.js.
    when: candidate => !/\.([cm]?[jt]sx?|py|pyc|rb|php|so|node|json)$/.test(candidate.path),
    safe: false,
  },
];

/** What people's tools leave in any directory. */
export const ANYWHERE_RULES: readonly WasteRule[] = [
  {
    id: 'library-vcs',
    category: 'vcs',
    explains: 'the history of a library',
    pattern: new RegExp(`${PACKAGES}/\\.(git|svn|hg|bzr)/`),
    safe: true,
  },
  {
    id: 'vcs',
    category: 'vcs',
    explains: 'the history of the app; it may ask it for its version',
    pattern: /\/\.(git|svn|hg|bzr)\/|\/CVS\/(Root|Entries|Repository)$/,
    safe: false,
  },
  {
    id: 'editor-settings',
    category: 'editor',
    explains: 'settings and leftovers of editors and file managers',
    pattern:
      /\/\.(idea|vscode|vs|settings)\/[^/]+$|\/(\.DS_Store|Thumbs\.db|desktop\.ini|\.[^/]+\.sw[op]|[^/]+\.iml)$/,
    safe: true,
  },
];
