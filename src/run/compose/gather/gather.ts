import { dirname } from 'node:path';
import {
  type Entry,
  get,
  type MapNode,
  mergeNodes,
  type Node,
  type Problem,
  parseEnvFile,
  readNode,
  SERVICE_DEPTH,
  type Variables,
  withEntries,
} from '../node/index.ts';
import { absolutePath, isWithin, withAbsolutePaths } from './paths.ts';

/** How files are read. */
export interface Files {
  /** The text of a file. @throws SampanError when it cannot be read. */
  read(path: string): string;
  /** The path without symbolic links; as it is when there is no such file. */
  real(path: string): string;
}

/** What reading a project needs from outside. */
export interface GatherOptions {
  readonly files: Files;
  readonly variables: Variables;
  readonly home: string;
  /** Files that others name must lie within it, unless the file allows more. */
  readonly directory: string;
}

/** All files of a project in one document, or what is wrong with them. */
export interface Gathered {
  readonly root: MapNode | undefined;
  readonly problems: readonly Problem[];
  /** What does not stop anything: variables that are not set. */
  readonly notices: readonly Problem[];
  /** Every file that was read, in order. */
  readonly paths: readonly string[];
}

const MAX_FILES = 200;
const MAX_DEPTH = 20;

interface Gathering extends GatherOptions {
  readonly problems: Problem[];
  readonly notices: Problem[];
  readonly paths: string[];
}

/** Reads files, later ones over earlier ones, with what they include and extend. */
export function gather(paths: readonly string[], options: GatherOptions): Gathered {
  const to: Gathering = { ...options, problems: [], notices: [], paths: [] };
  const directory = options.directory;
  const roots = paths.flatMap(path => document(path, { to, directory, chain: [] }) ?? []);
  return { root: joined(roots), problems: to.problems, notices: to.notices, paths: to.paths };
}

/** Later documents over earlier ones. */
function joined(documents: readonly MapNode[]): MapNode | undefined {
  return documents.reduce<MapNode | undefined>((sum, next) => {
    const merged = sum === undefined ? next : mergeNodes(sum, next);
    return merged.kind === 'map' ? merged : sum;
  }, undefined);
}

interface Where {
  readonly to: Gathering;
  /** Relative paths of the document start here. */
  readonly directory: string;
  /** The files, or services of files, that led here: one of them again is a cycle. */
  readonly chain: readonly string[];
}

/** One file with what it includes and extends, its paths absolute. */
function document(path: string, where: Where): MapNode | undefined {
  const own = parsed(path, where);
  if (own === undefined) return undefined;
  const services = get(own, 'services');
  const absolute = absoluteIn(own, where);
  if (services === undefined) return included(absolute, path, where);
  const extended = mapServices(absolute, entry => extendedService(entry, { path, root: absolute }, where));
  return included(extended, path, where);
}

function parsed(path: string, { to, chain }: Where): MapNode | undefined {
  if (to.paths.length >= MAX_FILES || chain.length > MAX_DEPTH)
    return tell(
      to,
      path,
      `more than ${to.paths.length >= MAX_FILES ? `${MAX_FILES} files` : `${MAX_DEPTH} files deep`}`,
    );
  to.paths.push(path);
  const { node, problems, notices } = readNode(path, to.files.read(path), to.variables);
  to.problems.push(...problems);
  to.notices.push(...notices);
  if (problems.length > 0) return undefined;
  if (node?.kind === 'map') return node;
  return tell(to, path, 'this is no Compose file: it has no keys');
}

function tell(to: Gathering, file: string, message: string): undefined {
  to.problems.push({ place: { file, line: 1, column: 1 }, path: '', message });
  return undefined;
}

function complain(to: Gathering, { place, path }: Node, message: string, remedy?: string): undefined {
  to.problems.push({ place, path, message, ...(remedy === undefined ? {} : { remedy }) });
  return undefined;
}

function mapServices(root: MapNode, change: (entry: Entry) => Node): MapNode {
  return withEntries(
    root,
    root.entries.map(entry => {
      if (entry.key !== 'services' || entry.value.kind !== 'map') return entry;
      const entries = entry.value.entries.map(one => ({ ...one, value: change(one) }));
      return { ...entry, value: withEntries(entry.value, entries) };
    }),
  );
}

/** The path that a file names, absolute; undefined, and told, when it leads out of the project. */
function follow(node: Node, { to, directory }: Where): string | undefined {
  if (node.kind !== 'scalar' || node.isNull || node.text === '') return complain(to, node, 'must be a path');
  const path = absolutePath(node.text, { directory, home: to.home });
  const real = to.files.real(path);
  if (isWithin(real, to.files.real(to.directory))) return path;
  return complain(
    to,
    node,
    `${node.text} leads out of the directory of the project, ${to.directory}`,
    'move the file there, or name a directory above both with --project-directory',
  );
}

function extendedService(
  entry: Entry,
  file: { readonly path: string; readonly root: MapNode },
  where: Where,
): Node {
  const { to, chain } = where;
  const wish = get(entry.value, 'extends');
  if (wish === undefined || entry.value.kind !== 'map') return entry.value;
  const own = withEntries(
    entry.value,
    entry.value.entries.filter(({ key }) => key !== 'extends'),
  );
  const step = `${file.path}#${entry.key}`;
  if (chain.includes(step)) {
    complain(to, wish, `extends itself by way of ${chain.slice(chain.indexOf(step)).join(', ')}`);
    return own;
  }
  const base = baseOf(wish, file, { ...where, chain: [...chain, step] });
  return base === undefined ? own : mergeNodes(base, own, SERVICE_DEPTH);
}

function baseOf(
  wish: Node,
  file: { readonly path: string; readonly root: MapNode },
  where: Where,
): Node | undefined {
  const { to } = where;
  const name = wish.kind === 'scalar' ? wish : get(wish, 'service');
  if (name?.kind !== 'scalar') return complain(to, wish, 'needs the name of a service');
  const other = get(wish, 'file');
  const path = other === undefined ? file.path : follow(other, where);
  if (path === undefined) return undefined;
  if (where.chain.length > MAX_DEPTH)
    return complain(to, wish, `extends more than ${MAX_DEPTH} services deep`);
  const directory = other === undefined ? where.directory : dirname(path);
  const root = other === undefined ? file.root : rootOf(path, { ...where, directory });
  const services = root === undefined ? undefined : get(root, 'services');
  const found = services?.kind === 'map' ? services.entries.find(({ key }) => key === name.text) : undefined;
  if (root === undefined) return undefined;
  if (found === undefined) return complain(to, name, `there is no service ${name.text} in ${path}`);
  return extendedService(found, { path, root }, { ...where, directory });
}

function rootOf(path: string, where: Where): MapNode | undefined {
  const own = parsed(path, where);
  return own === undefined ? undefined : absoluteIn(own, where);
}

/** Relative paths stay within the project; a file that is elsewhere is named by its absolute path. */
function absoluteIn(root: MapNode, { to, directory }: Where): MapNode {
  const project = to.files.real(to.directory);
  return withAbsolutePaths(root, {
    directory,
    home: to.home,
    named: (node, path) => {
      const real = to.files.real(path);
      if (!isWithin(real, project))
        complain(
          to,
          node,
          `it leads out of the directory of the project, to ${real}`,
          'name it by its absolute path if it must be there',
        );
    },
  });
}

/** What a file includes is under what it says itself. (Compose Specification, "Include") */
function included(root: MapNode, path: string, where: Where): MapNode {
  const { to, chain } = where;
  const wish = get(root, 'include');
  if (wish === undefined) return root;
  const own = withEntries(
    root,
    root.entries.filter(({ key }) => key !== 'include'),
  );
  if (chain.includes(path)) {
    complain(to, wish, `includes itself by way of ${chain.join(', ')}`);
    return own;
  }
  const items = wish.kind === 'list' ? wish.items : [wish];
  const parts = items.flatMap(item => includedFiles(item, { ...where, chain: [...chain, path] }) ?? []);
  return joined([...parts, own]) ?? own;
}

function includedFiles(item: Node, where: Where): MapNode | undefined {
  const named = item.kind === 'map' ? get(item, 'path') : item;
  if (named === undefined) return complain(where.to, item, 'needs a path');
  const nodes = named.kind === 'list' ? named.items : [named];
  const paths = nodes.flatMap(node => follow(node, where) ?? []);
  const [first] = paths;
  if (first === undefined || paths.length < nodes.length) return undefined;
  const wanted = get(item, 'project_directory');
  const directory = wanted === undefined ? dirname(first) : follow(wanted, where);
  if (directory === undefined) return undefined;
  const to = { ...where.to, variables: includedVariables(item, where) };
  const roots = paths.flatMap(path => document(path, { to, directory, chain: where.chain }) ?? []);
  return joined(roots);
}

/** The variables of an included file: what is set outside wins over its own files of variables. */
function includedVariables(item: Node, where: Where): Variables {
  const { to } = where;
  const files = get(item, 'env_file');
  const nodes = files === undefined ? [] : files.kind === 'list' ? files.items : [files];
  return nodes.reduce<Variables>((known, node) => {
    const path = follow(node, where);
    if (path === undefined) return known;
    const { values, problems } = parseEnvFile(to.files.read(path), known);
    for (const { line, message } of problems)
      to.problems.push({ place: { file: path, line, column: 1 }, path: '', message });
    return name => known(name) ?? values.get(name);
  }, to.variables);
}
