import { posix } from 'node:path';
import type { Steps } from '../../core/steps/index.ts';
import type { FileNode } from '../tree/index.ts';
import { readCommand } from './program/index.ts';
import type { Command, Found, Imports, LanguageReader, View } from './view/index.ts';

/** Why a path is in a closure. */
export interface Reached {
  /** Absolute, without symlinks before its last component. */
  readonly path: string;
  readonly reason: string;
  /** The path of what loads it; '' for what the caller named. Follow it to see the chain. */
  readonly by: string;
  /** `cache`: it can be left out; it only saves time. */
  readonly kind: Found['kind'];
}

/** All that programs and sources can load, as far as their sources say. */
export interface LanguageClosure {
  /** By path. Symlinks on the way are in it; programs are, their shared libraries are not. */
  readonly reached: ReadonlyMap<string, Reached>;
  /** Shared libraries that are opened by name, each with the path of what opens it. */
  readonly libraries: ReadonlyMap<string, string>;
  /** The user's sources that compute what they import: for their languages all that is installed is in. */
  readonly computed: readonly string[];
}

interface Item<T> {
  readonly value: T;
  readonly by: string;
}

interface CommandItem extends Item<Command> {
  /** How many commands led to it, one running the next, without a source between. */
  readonly depth: number;
}

const MAX_COMMANDS = 20_000;
const MAX_DEPTH = 24;

/** Works through what is reached until nothing new is: each command and each source once. */
export class Walk {
  readonly #view: View;
  readonly #readers: readonly LanguageReader[];
  readonly #reached = new Map<string, Reached>();
  readonly #libraries = new Map<string, string>();
  readonly #computed = new Set<string>();
  readonly #installed = new Set<LanguageReader>();
  readonly #sources = new Set<string>();
  readonly #known = new Set<string>();
  readonly #files: Item<Found>[] = [];
  readonly #commands: CommandItem[] = [];

  constructor(view: View, readers: readonly LanguageReader[]) {
    this.#view = view;
    this.#readers = readers;
  }

  /** Queues what `by` pulls in. */
  add(by: string, imports: Imports, depth = 0): void {
    for (const value of imports.files) this.#files.push({ value, by });
    for (const library of imports.libraries)
      if (!this.#libraries.has(library)) this.#libraries.set(library, by);
    if (depth > MAX_DEPTH) return;
    for (const value of imports.commands) {
      const key = `${value.cwd ?? ''}\n${value.argv.join('\0')}`;
      if (this.#known.has(key) || this.#commands.length >= MAX_COMMANDS) continue;
      this.#known.add(key);
      this.#commands.push({ value, by, depth });
    }
  }

  /** Works until the end. With `deep` sources are read and interpreters started; without, only commands are followed. */
  *run(deep: boolean): Steps<LanguageClosure> {
    let file = 0;
    for (let command = 0; command < this.#commands.length || file < this.#files.length; ) {
      const next = this.#commands[command];
      if (next !== undefined) {
        command++;
        this.#follow(next, deep);
      }
      for (; file < this.#files.length; file++) {
        this.#reach(this.#files[file]!, deep);
        yield;
      }
    }
    return { reached: this.#reached, libraries: this.#libraries, computed: [...this.#computed] };
  }

  #follow({ value, by, depth }: CommandItem, deep: boolean): void {
    const { program, imports, started } = readCommand(this.#view, this.#readers, value);
    if (program !== undefined) this.#files.push({ value: program, by });
    const from = program === undefined ? by : (this.#view.tree.get(program.path)?.path ?? program.path);
    if (deep && started !== undefined) this.add(from, started, depth + 1);
    this.add(from, imports, depth + 1);
  }

  #reach({ value, by }: Item<Found>, deep: boolean): void {
    const resolved = this.#view.tree.resolve(value.path);
    if (resolved === undefined) return;
    const { node, via } = resolved;
    for (const link of via) this.#record({ path: link.path, reason: value.reason, by, kind: 'data' });
    this.#record({ path: node.path, reason: value.reason, by, kind: value.kind });
    if (deep && node.kind === 'file' && value.kind === 'code') this.#read(node, value);
  }

  #record(reached: Reached): void {
    if (!this.#reached.has(reached.path)) this.#reached.set(reached.path, reached);
  }

  #read(node: FileNode, found: Found): void {
    if (this.#sources.has(node.path)) return;
    const reader = this.#readerOf(node, found);
    if (reader === undefined) return;
    this.#sources.add(node.path);
    const text = this.#view.text(node.path);
    if (text === undefined) return;
    const imports = reader.imports(node.path, text);
    this.add(node.path, imports);
    if (!imports.computed) return;
    this.#computed.add(node.path);
    if (this.#installed.has(reader)) return;
    this.#installed.add(reader);
    this.add(node.path, reader.installation());
  }

  #readerOf(node: FileNode, found: Found): LanguageReader | undefined {
    if (found.language !== undefined) return this.#readers.find(reader => reader.name === found.language);
    const named = this.#readers.find(reader => reader.claims(node.path, ''));
    if (named !== undefined) return named;
    const shebang = this.#view.shebang(node.path);
    if (shebang.length === 0) return undefined;
    this.add(found.path, { files: [], commands: [{ argv: [found.path] }], libraries: [], computed: false });
    const words = shebang.filter(word => !word.startsWith('-') && !word.includes('='));
    const program =
      posix.basename(words[0] ?? '') === 'env' ? (words[1] ?? '') : posix.basename(words[0] ?? '');
    return this.#readers.find(reader => reader.claims(node.path, program));
  }
}
