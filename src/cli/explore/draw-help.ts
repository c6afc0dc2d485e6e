import { pad, truncate } from '../output/index.ts';
import type { Line } from './line.ts';
import type { Size } from './world.ts';

const HELP: readonly (readonly [keys: string, what: string])[] = [
  ['tab', 'go to the other pane'],
  ['↑ ↓  j k', 'up and down; page up and down, home and end'],
  ['→ ←', 'open a directory; close it, or go to the one above'],
  ['space, enter', 'open or close; on a file: what was found about it'],
  ['e, ctrl+space', 'open or close all'],
  ['/, ctrl+f', 'filter: part of a name, dir/name, or *.pyc'],
  ['s, ctrl+o', 'sort by size or by name'],
  ['a c r u', 'show or hide added, changed, removed, unchanged'],
  ['w', 'only what is wasted (!): hidden later, or of no use'],
  ['n', 'the next wasted line'],
  ['l, ctrl+l', 'compare with the layer below, or with the base image'],
  ['b, ctrl+b', 'rights and owners'],
  ['f', 'findings with their fixes; enter shows the files of one'],
  ['esc', 'take back a filter, a finding, toggles'],
  ['q, ctrl+c', 'quit'],
];

/** What keys there are. */
export function helpLines({ columns }: Size): readonly Line[] {
  return [
    [{ text: 'Keys', tone: 'heading' }],
    ...HELP.map(
      ([keys, what]): Line => [
        { text: ` ${pad(keys, 16)}`, tone: 'strong' },
        { text: truncate(what, Math.max(1, columns - 17)), tone: 'plain' },
      ],
    ),
    [],
    [{ text: ' any key goes back', tone: 'faint' }],
  ];
}
