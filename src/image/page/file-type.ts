const TYPES: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['libraries', /\.(?:so|dylib|dll)(?:\.[\d.]+)?$|\.so\./],
  ['static libraries and objects', /\.(?:a|o|la)$/],
  ['Python', /\.(?:py|pyc|pyi|whl)$/],
  ['JavaScript', /\.(?:[cm]?jsx?|[cm]?tsx?|map|node)$/],
  ['headers and sources', /\.(?:h|hh|hpp|c|cc|cpp|rs|go|s|S)$/],
  ['documents', /\.(?:md|txt|html?|pdf|rst|pod|\d(?:\.gz)?|info(?:\.gz)?)$|\/(?:doc|man)\//],
  ['translations', /\.(?:mo|po|gmo)$|\/locale\//],
  ['archives', /\.(?:gz|xz|bz2|zst|zip|tar|tgz|jar|deb|rpm|apk)$/],
  ['pictures and fonts', /\.(?:png|jpe?g|gif|svg|ico|webp|ttf|otf|woff2?|pcf)$/],
  ['data', /\.(?:json|ya?ml|xml|csv|db|sqlite|dat|bin|pack|idx)$/],
  ['scripts', /\.(?:sh|bash|pl|pm|rb|php|lua|tcl|awk)$/],
  ['programs', /\/(?:s?bin|libexec)\/[^/]+$/],
];

/** What sort of file a path is, by its name. */
export function fileTypeOf(path: string): string {
  return TYPES.find(([, pattern]) => pattern.test(path))?.[0] ?? 'other';
}
