import type { ImageConfig } from '../../../core/oci/index.ts';
import type { Node, Tree } from '../../tree/index.ts';
import {
  developmentRoots,
  type LanguagePackage,
  readLanguagePackages,
} from '../../userland/packages/language/index.ts';
import {
  type OsPackage,
  type PackageDatabase,
  readPackageDatabases,
} from '../../userland/packages/os/index.ts';

/** Who brought what into an image. */
export interface Owners {
  readonly databases: readonly PackageDatabase[];
  readonly languagePackages: readonly LanguagePackage[];
  /** The package of the operating system that owns a file or symlink. */
  packageOf(path: string): OsPackage | undefined;
  /** True for the package databases and all that is in them. */
  isDatabase(path: string): boolean;
  /** True for a package (and all in it) that only development needs. */
  isDevelopment(path: string): boolean;
  /** True for what the user put there, as opposed to the operating system and its installation scripts. */
  isUsers(node: Node): boolean;
}

/** Where packages and their scripts put things; the rest of the tree is the user's. */
const SYSTEM = /^\/(?:etc|usr(?!\/(?:local|src)\/)|var|lib[^/]*|bin|sbin|boot|run|tmp|dev|proc|sys)(?:\/|$)/;
/** Installations of languages outside of packages: kept by evidence, as packages are. */
const RUNTIMES =
  /^\/(?:usr\/local|opt)\/(?:lib\/python[\d.]+\/(?!(?:site|dist)-packages\/)|lib\/node_modules\/(?:npm|corepack)\/|go\/|(?:lib\/)?jvm\/|rust(?:up)?\/|cargo\/|lib\/ruby\/(?!gems\/))/;

/** Reads the databases of a tree. */
export function readOwners(tree: Tree, config: ImageConfig): Owners {
  const databases = readPackageDatabases(tree);
  // What cannot be written anew stays as it is.
  const written = databases.filter(database => database.manager !== 'rpm');
  const placesOf = (some: readonly PackageDatabase[]): string[] => some.flatMap(each => each.databasePaths);
  const [all, databasePaths] = [placesOf(databases), placesOf(written)];
  const development = developmentRoots(tree);
  const installed = installingLayers(tree, config, all);
  const brought = new Set(databases.flatMap(database => database.packages.flatMap(each => each.directories)));
  const packageOf = (path: string): OsPackage | undefined => {
    for (const database of databases) {
      const owner = database.ownerOf(path);
      if (owner !== undefined) return owner;
    }
    return undefined;
  };
  return {
    databases,
    languagePackages: readLanguagePackages(tree),
    packageOf,
    isDatabase: path => isBelow(path, databasePaths),
    isDevelopment: path => development.size > 0 && ancestorsOf(path).some(each => development.has(each)),
    isUsers: node => {
      if (RUNTIMES.test(node.path) || isBelow(node.path, all)) return false;
      const owner = packageOf(node.path);
      if (owner !== undefined) return !installed.has(node.layer) && owner.conffiles.includes(node.path);
      return !SYSTEM.test(node.path) || !installed.has(node.layer) || inOwnDirectory(node.path, brought);
    },
  };
}

function isBelow(path: string, places: readonly string[]): boolean {
  return places.some(each => path === each || path.startsWith(`${each}/`));
}

/** Directories of the system that hold one directory for each package. */
const SHARED = /^(?:\/etc|\/var\/(?:lib|www)|\/usr\/(?:share|lib))\/[^/]+(?=\/)/;

/** True for what is in a directory of its own, beside those of packages, or among the pages of a web server. */
function inOwnDirectory(path: string, brought: ReadonlySet<string>): boolean {
  const directory = SHARED.exec(path)?.[0];
  return directory !== undefined && (directory.startsWith('/var/www/') || !brought.has(directory));
}

const INSTALLS =
  /\b(?:apt-get|apt|apk|dnf|microdnf|yum|zypper|dpkg|rpm)\s+(?:-\S+\s+)*(?:install|add|upgrade|-i)\b/;

/** The layers in which packages were installed: what they leave around is not the user's. */
function installingLayers(
  tree: Tree,
  config: ImageConfig,
  databasePaths: readonly string[],
): ReadonlySet<number> {
  const layers = new Set<number>([0, -1]);
  const steps = (config.history ?? []).filter(step => step.empty_layer !== true);
  for (const [layer, step] of steps.entries()) if (INSTALLS.test(step.created_by ?? '')) layers.add(layer);
  for (const database of databasePaths) {
    const todo = [database];
    for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
      const node = tree.get(path);
      if (node === undefined) continue;
      layers.add(node.layer);
      if (node.kind === 'directory') for (const name of tree.list(path)) todo.push(`${path}/${name}`);
    }
  }
  return layers;
}

function ancestorsOf(path: string): string[] {
  const all = [path];
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1))
    all.push(path.slice(0, slash));
  return all;
}
