import type { Candidate, WasteRule } from './types.ts';

/** Translated texts below these directories, by the name of the language. */
const TRANSLATIONS = /^\/usr\/(?:local\/)?share\/locale\/([^/]+)\/(?:LC_MESSAGES|LC_TIME|LC_SCRIPTS)\//;

function isForeign({ path, around }: Candidate): boolean {
  const name = TRANSLATIONS.exec(path)?.[1];
  return (
    name !== undefined && !around.languages.has(name) && !around.languages.has(name.replace(/[.@].*$/, ''))
  );
}

/** Documents for people. */
export const DOCUMENT_RULES: readonly WasteRule[] = [
  {
    id: 'manual-pages',
    category: 'documentation',
    explains: 'manual and info pages, which nobody reads in a container',
    pattern: /^\/usr\/(?:local\/)?(?:share\/)?(man|info)\//,
    safe: true,
    neededBy: ['man', 'info'],
  },
  {
    id: 'package-documents',
    category: 'documentation',
    explains: 'documents, change logs and examples of packages',
    pattern:
      /^\/usr\/(?:local\/)?share\/(doc|doc-base|gtk-doc|help|omf|devhelp|ri)\/|\/(?:bundle|gems\/\d[\d.]*)\/doc\//,
    safe: true,
  },
  {
    id: 'packaging-notes',
    category: 'documentation',
    explains: 'notes for tools that check packages and report bugs',
    pattern: /^\/usr\/share\/(lintian|bug|apport|debhelper|menu)\/|^\/usr\/share\/linda\//,
    safe: true,
    neededBy: ['lintian', 'reportbug'],
  },
  {
    id: 'editor-help',
    category: 'documentation',
    explains: 'help texts and lessons of an editor',
    pattern: /^\/usr\/share\/(vim\/vim\d+\/(doc|tutor)|emacs\/[^/]+\/etc\/tutorials)\//,
    safe: true,
  },
  {
    id: 'perl-documents',
    category: 'documentation',
    explains: "Perl's documentation, beside the modules",
    // `use diagnostics` reads perldiag.pod.
    pattern: /^\/usr\/(?:local\/)?(?:lib|share)\/.*perl.*\.pod$/,
    when: candidate => !candidate.path.endsWith('/perldiag.pod'),
    safe: true,
    neededBy: ['perldoc'],
  },
  {
    id: 'foreign-translations',
    category: 'translations',
    explains: 'messages in languages that LANG and LC_… do not name',
    pattern: TRANSLATIONS,
    when: isForeign,
    safe: true,
  },
  {
    id: 'compiled-locales',
    category: 'translations',
    explains: 'locales that the environment does not name; an app may ask for one by its name',
    pattern: /^\/usr\/lib\/locale\/(?!C\.utf-?8\/)([^/]+)/i,
    when: ({ path, around }) => {
      const language = /^\/usr\/lib\/locale\/([a-z]+)(?=[_.@/])/.exec(path)?.[1];
      return language === undefined ? around.languages.size === 0 : !around.languages.has(language);
    },
    safe: false,
  },
  {
    id: 'locale-sources',
    category: 'translations',
    explains: 'the sources of locales, for localedef',
    pattern: /^\/usr\/share\/i18n\/(locales|charmaps)\//,
    safe: true,
    neededBy: ['localedef', 'locale-gen'],
  },
  {
    id: 'zone-copies',
    category: 'time-zones',
    explains: 'the same time zones again, one set of them with leap seconds',
    pattern: /^\/usr\/share\/zoneinfo\/(posix|right)(\/|$)/,
    safe: true,
  },
];

/** What only a machine that boots, or a person at a screen, can use. */
export const HOST_RULES: readonly WasteRule[] = [
  {
    id: 'systemd-units',
    category: 'host',
    explains: 'units and settings of systemd, which does not run in a container',
    pattern:
      /^\/(?:usr\/)?lib\/(systemd|tmpfiles\.d|sysusers\.d|udev|modules-load\.d|binfmt\.d|environment\.d)\/(?!.*(?:\.so|hwdb\.bin))|^\/etc\/(systemd|udev|tmpfiles\.d|sysusers\.d|init|modules-load\.d)\//,
    safe: true,
    neededBy: ['systemd', 'systemctl', 'init', 'udevd', 'udevadm', 'systemd-tmpfiles', 'systemd-sysusers'],
  },
  {
    id: 'init-scripts',
    category: 'host',
    explains: 'scripts that start services when a machine boots',
    pattern: /^\/etc\/(init\.d|rc[0-6S]\.d|runlevels|conf\.d|rcS\.d)\//,
    when: candidate => candidate.owner !== undefined || /^\/etc\/rc/.test(candidate.path),
    safe: true,
    neededBy: ['service', 'invoke-rc.d', 'update-rc.d', 'init', 'openrc', 'rc-service', 'start-stop-daemon'],
  },
  {
    id: 'scheduled-jobs',
    category: 'host',
    explains: 'jobs for cron, and rules for logrotate',
    pattern: /^\/etc\/(cron\.(d|daily|hourly|weekly|monthly)|logrotate\.d|logcheck)\//,
    when: candidate => candidate.owner !== undefined,
    safe: true,
    neededBy: ['cron', 'crond', 'anacron', 'run-parts', 'logrotate', 'supercronic'],
  },
  {
    id: 'kernel',
    category: 'host',
    explains: 'kernels, their modules and boot loaders; a container runs on the kernel of its host',
    pattern: /^\/boot\/|^\/(?:usr\/)?lib\/modules\/|^\/usr\/lib\/grub\//,
    safe: true,
    neededBy: ['modprobe', 'insmod', 'depmod', 'grub-install'],
  },
  {
    id: 'firmware',
    category: 'host',
    explains: 'firmware that the kernel of the host loads',
    pattern: /^\/(?:usr\/)?lib\/firmware\//,
    safe: false,
  },
  {
    id: 'desktop-entries',
    category: 'desktop',
    explains: 'menu entries and descriptions of desktop programs',
    pattern:
      /^\/usr\/share\/(applications|metainfo|appdata|app-install|wayland-sessions|xsessions|gnome-shell)\//,
    safe: true,
    neededBy: ['xdg-open', 'xdg-mime', 'gio'],
  },
  {
    id: 'icons-and-fonts',
    category: 'desktop',
    explains: 'icon themes, fonts and sounds; a program that draws may read them',
    pattern: /^\/usr\/share\/(icons|pixmaps|fonts|sounds|themes|backgrounds|wallpapers)\//,
    safe: false,
  },
  {
    id: 'completions',
    category: 'completion',
    explains: 'completions for interactive shells',
    pattern:
      /^\/usr\/(?:local\/)?share\/(bash-completion|zsh\/(site-functions|vendor-completions|vendor-functions)|fish\/(vendor_)?(completions|functions)(\.d)?)\/|^\/etc\/bash_completion(\.d\/|$)/,
    safe: true,
  },
];

/** Leftovers of building. */
export const LEFTOVER_RULES: readonly WasteRule[] = [
  {
    id: 'dpkg-database',
    category: 'package-database',
    explains: "dpkg's scripts, lists and backups; a short list of what is kept takes their place",
    pattern: /^\/var\/lib\/dpkg\//,
    safe: true,
    neededBy: ['dpkg', 'dpkg-query', 'apt', 'apt-get', 'update-alternatives'],
  },
  {
    id: 'apk-scripts',
    category: 'package-database',
    explains: 'scripts that apk runs when it installs',
    pattern: /^\/(?:usr\/)?lib\/apk\/(db\/(scripts\.tar(\.gz)?|triggers|lock)|exec\/)/,
    safe: true,
    neededBy: ['apk'],
  },
  {
    id: 'install-state',
    category: 'package-database',
    explains: 'what install scripts remember',
    pattern: /^\/var\/lib\/(ucf|pam|systemd\/deb-systemd|doc-base|apt-xapian-index|emacsen-common|python\/)/,
    safe: true,
  },
  {
    id: 'build-logs',
    category: 'logs',
    explains: 'logs of installing packages',
    pattern:
      /^\/var\/log\/(apt\/|dpkg\.log|alternatives\.log|bootstrap\.log|fontconfig\.log|installer\/|dnf[^/]*\.log|yum\.log|hawkey\.log|apk\.log|pacman\.log|wtmp$|btmp$|lastlog$|faillog$|README$)/,
    when: candidate => candidate.node.kind === 'file',
    safe: true,
  },
  {
    id: 'logs',
    category: 'logs',
    explains: 'logs; an app may want the file to be there',
    pattern: /^\/var\/log\/|\/(npm-debug|yarn-error|yarn-debug|pnpm-debug)\.log$/,
    when: candidate => candidate.node.kind === 'file' && candidate.node.content.size > 0,
    safe: false,
  },
  {
    id: 'known-temporary',
    category: 'temporary',
    explains: 'what installers and compilers leave in the temporary directory',
    pattern:
      /^\/(?:var\/)?tmp\/(npm-|pip-|yarn--|v8-compile-cache|node-compile-cache|go-build|go-link|hsperfdata|cc[A-Za-z0-9]{6}|phpunit|pear\/)/,
    safe: true,
  },
  {
    id: 'temporary',
    category: 'temporary',
    explains: 'files in the temporary directory',
    pattern: /^\/(?:var\/)?tmp\//,
    when: candidate => candidate.node.kind === 'file',
    safe: false,
  },
  {
    id: 'account-backups',
    category: 'backup',
    explains: 'the copies that user management makes of its files',
    pattern: /^\/etc\/(passwd|group|shadow|gshadow|subuid|subgid)-$/,
    safe: true,
  },
  {
    id: 'configuration-backups',
    category: 'backup',
    explains: 'versions of a configuration that are not in use',
    pattern: /\.(dpkg-(old|dist|new|bak|tmp)|ucf-(old|dist|new)|rpm(save|new|orig)|apk-new|pacnew|pacsave)$/,
    safe: true,
  },
];
