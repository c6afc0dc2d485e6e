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

/** What gems and PHP packages bring along. */
export const LIBRARY_RULES: readonly WasteRule[] = [
  {
    id: 'gem-native-sources',
    category: 'clutter',
    explains: 'sources and logs of the native parts of a gem',
    pattern:
      /\/gems\/[^/]+\/ext\/.*\.(c|cc|cpp|h|hpp|o|rl|java|log)$|\/extensions\/.*\/(mkmf\.log|gem_make\.out)$/,
    safe: true,
    neededBy: ['gcc', 'cc', 'make'],
  },
  {
    id: 'gem-tests',
    category: 'tests',
    explains: 'the tests of a gem; no source of the gem outside of them names them',
    pattern: /\/gems\/[^/]+\/(test|spec|features)\//,
    when: ({ path, around }) => {
      const [, root = '', name = ''] = /^(.*\/gems\/[^/]+)\/(test|spec|features)\//.exec(path) ?? [];
      return !around.namesPart(root, name);
    },
    safe: true,
  },
  {
    id: 'php-tests',
    category: 'tests',
    explains: 'the tests and documents of a PHP package; its class map may name them',
    pattern: /\/vendor\/[^/]+\/[^/]+\/(tests?|Tests|docs?)\//,
    when: ({ path, around }) => around.has(`${path.replace(/\/vendor\/.*$/, '')}/vendor/autoload.php`),
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
    pattern: /\/\.(idea|vscode)\/[^/]+$|\/(\.DS_Store|Thumbs\.db|desktop\.ini|\.[^/]+\.sw[op]|[^/]+\.iml)$/,
    safe: true,
  },
];
