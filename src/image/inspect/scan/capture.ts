import type { TarEntry } from '../../../core/tar/index.ts';

/** How much of a content is kept when a layer goes by. */
export interface Wanted {
  readonly head: number;
  readonly tail: number;
}

const NOTHING: Wanted = { head: 0, tail: 0 };
/** Enough for what says what a program needs, in most of them. */
const PROGRAM: Wanted = { head: 64 << 10, tail: 16 << 10 };
const START: Wanted = { head: 4 << 10, tail: 0 };

const DATABASES =
  /^(?:\.?\/)?(?:var\/lib\/(?:dpkg\/(?:status(?:\.d\/.*)?|info\/.*\.(?:list|md5sums|conffiles)|diversions)|rpm\/.*)|usr\/lib\/sysimage\/rpm\/.*|(?:usr\/)?lib\/apk\/db\/[^/]*|etc\/(?:passwd|group|os-release|ld\.so\.[^/]*|ld\.so\.conf\.d\/.*|debian_version|alpine-release)|usr\/lib\/os-release)$/;
const MANIFESTS =
  /\/(?:package\.json|\.package-lock\.json|package-lock\.json|METADATA|RECORD|PKG-INFO|top_level\.txt|direct_url\.json|entry_points\.txt|installed\.json|composer\.lock|composer\.json|[^/]+\.gemspec|[^/]+\.pth)$/;
const PROGRAMS = /(?:\.so(?:\.[\d.]+)?|(?:^|\/)(?:s?bin|libexec|app|opt)\/[^/.]+|\/[^/.]+)$/;
const SECRETS =
  /(?:^|\/)(?:id_[a-z0-9]+|[^/]*\.(?:pem|key|p12|pfx|jks|kdbx|env|tfvars|tfstate)|\.env[^/]*|\.netrc|\.npmrc|\.pypirc|\.git-credentials|credentials[^/]*|config\.json|\.dockerconfigjson|[^/]*secret[^/]*)$/i;
const DATABASE_MAX_BYTES = 64 << 20;
const MANIFEST_MAX_BYTES = 1 << 20;

/** What is kept of the content of an entry. */
export function captureFor(entry: TarEntry): Wanted {
  if (entry.type !== 'file' || entry.size === 0) return NOTHING;
  if (DATABASES.test(entry.path) && entry.size <= DATABASE_MAX_BYTES) return { head: entry.size, tail: 0 };
  if (MANIFESTS.test(entry.path) && entry.size <= MANIFEST_MAX_BYTES) return { head: entry.size, tail: 0 };
  if ((entry.mode & 0o111) !== 0 || PROGRAMS.test(entry.path)) return PROGRAM;
  return SECRETS.test(entry.path) ? START : NOTHING;
}
