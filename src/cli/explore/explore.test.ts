import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict';
import { test } from 'node:test';
import type { Ending } from '../../core/store/testing/index.ts';
import { historyOf, inspectTestImage } from '../../image/inspect/testing/index.ts';
import { inAscii, knowsUnicode } from './ascii.ts';
import { lookAround, terminalFor } from './explore.ts';
import { keyName } from './keys.ts';
import { fit, press } from './press.ts';
import { screenOf } from './screen.ts';
import { FIRST, type State, scrollTo } from './state.ts';
import type { Screen } from './terminal.ts';
import { type Size, type World, worldOf } from './world.ts';

const SIZE: Size = { columns: 80, rows: 24 };

async function worldIn(t: Ending): Promise<World> {
  const inspected = await inspectTestImage(t, {
    layers: [
      [
        { path: 'app/', type: 'directory' },
        { path: 'app/big', content: 'x'.repeat(9000) },
        { path: 'app/code', content: 'one' },
        { path: 'app/\x1b[2Jtrap', content: 'q' },
        { path: 'var/cache/apk/APKINDEX.gz', content: 'y'.repeat(5000) },
      ],
      [{ path: 'app/.wh.big' }, { path: 'app/code', content: 'seven77' }, { path: 'etc/new', content: 'n' }],
    ],
    config: historyOf('ADD rootfs /', 'RUN rm /app/big && echo n >/etc/new'),
  });
  return worldOf(inspected);
}

/** The screen after these keys; in each line, spaces at its end are left out. */
function after(world: World, keys: readonly string[], size = SIZE): { text: string[]; state: State } {
  const state = keys.reduce((at, key) => press(at, key, { world, size }), fit(FIRST, world, size));
  const lines = screenOf(state, world, size);
  return {
    state,
    text: lines.map(line =>
      line
        .map(span => span.text)
        .join('')
        .trimEnd(),
    ),
  };
}

function rightOf(line: string): string {
  return line.split('│')[1] ?? '';
}

test('it begins with the whole image, its figures, and the largest first', async t => {
  const { text } = after(await worldIn(t), []);
  deepEqual(text.slice(0, 11), [
    ' store:test:1                      14.0 kB, 14.0 kB could go, efficiency 35.7 %',
    'Layers                            │All layers, 4 files, 5.01 kB',
    '  ∑  14.0 kB the whole image      │!   5.00 kB ▸ var/',
    '  1  14.0 kB ADD rootfs /         │        8 B ▸ app/',
    '  2      8 B RUN rm /app/big && e…│        1 B ▸ etc/',
    '                                  │',
    'linux/amd64                       │',
    '4 files, 5.01 kB seen             │',
    '9.00 kB hidden by later layers    │',
    '8 B added to the base             │',
    'dive counts 9.01 kB wasted        │',
  ]);
  deepEqual(text.slice(-3), [
    '/var',
    '',
    'tab pane  ␣ open  / filter  s sort  a c r u w show  f findings  ? help  q quit',
  ]);
});

test('a layer shows what it added, changed and removed', async t => {
  const { text } = after(await worldIn(t), ['down', 'down', 'tab', 'e', 'u']);
  deepEqual(text.slice(1, 9), [
    'Layers                            │Layer 2, 3 files, 8 B, not unchanged',
    '  ∑  14.0 kB the whole image      │ ~      7 B ▾ app/',
    '  1  14.0 kB ADD rootfs /         │ −  9.00 kB     big',
    '  2      8 B RUN rm /app/big && e…│ ~      7 B     code',
    '                                  │ +      1 B ▾ etc/',
    'sha256:977ac29282926eeca1020ccfc… │ +      1 B     new',
    '+1 ~1 −1 files                    │',
    'RUN rm /app/big && echo n         │',
  ]);
});

test('names cannot command the terminal', async t => {
  const { text } = after(await worldIn(t), ['tab', 'e', 'b', 's']);
  deepEqual(text.slice(2, 5).map(rightOf), [
    '   drw-r--r-- 0:0            8 B ▾ app/',
    '   -rw-r--r-- 0:0            1 B     \\x1b[2J…',
    '   -rw-r--r-- 0:0            7 B     code',
  ]);
});

test('what is wasted is found in the layer that carries it', async t => {
  const { text } = after(await worldIn(t), ['down', 'w', 'tab', 'e']);
  deepEqual(text.slice(1, 5).map(rightOf), [
    'Layer 1, 3 files, 14.0 kB, only wasted',
    '!+  9.00 kB ▾ app/',
    '!+  9.00 kB     big',
    '!+      3 B     code',
  ]);
});

test('all layers above the base are compared with it when asked for', async t => {
  const { text } = after(await worldIn(t), ['down', 'down', 'l', 'tab', 'e', 'u']);
  ok(rightOf(text[1]!).startsWith('Up to layer 2, against the base, 3 files'));
});

test('a filter opens what it finds; without it the tree is as before, at the same file', async t => {
  const world = await worldIn(t);
  const typed = after(world, ['/', '*', '.', 'g', 'z']);
  deepEqual(typed.text.slice(2, 7).map(rightOf), [
    '!   5.00 kB ▾ var/',
    '!   5.00 kB   ▾ cache/',
    '!   5.00 kB     ▾ apk/',
    '!   5.00 kB         APKINDEX.gz',
    '',
  ]);
  equal(typed.text.at(-1), '/*.gz   enter: look   esc: clear');
  const cleared = after(world, ['/', '*', '.', 'g', 'z', 'enter', 'end', 'escape']);
  equal(cleared.text.at(-3), '/var/cache/apk/APKINDEX.gz');
  equal(cleared.state.choice.filter, '');
  const mended = after(world, ['/', 'c', 'x', 'backspace', 'o', 'enter']);
  equal(mended.state.choice.filter, 'co');
});

test('a finding is told with its fix, and leads to its files', async t => {
  const world = await worldIn(t);
  const list = after(world, ['f', 'down']);
  deepEqual(list.text.slice(1, 10), [
    'Findings: 2',
    '   9.00 kB Deleted in layer 2, still carried by layer 1  deleted-later',
    '   5.00 kB The cache of apk is in the image  apk-cache',
    '',
    'The cache of apk is in the image',
    '5.00 kB in 1 file, certain, low',
    'layer 1, 5.00 kB: ADD rootfs /',
    ' › RUN apk add --no-cache …',
    '  5.00 kB /var/cache/apk/APKINDEX.gz',
  ]);
  const files = after(world, ['f', 'down', 'enter']);
  equal(rightOf(files.text[1]!), 'apk-cache, 1 file, 5.00 kB');
  match(files.text.at(-2) ?? '', /^! The cache of apk is in the image › RUN apk add --no-cache …$/);
  const hidden = after(world, ['f', 'enter']);
  equal(hidden.state.choice.layer, 1);
  equal(rightOf(hidden.text[3]!), '!+  9.00 kB     big');
  const back = after(world, ['f', 'enter', 'escape']);
  equal(back.state.choice.finding, undefined);
  equal(after(world, ['f', 'down', 'enter', 'end', 'space']).state.findings.at, 1);
});

test('in the tree, left closes and goes up, right opens and goes in', async t => {
  const world = await worldIn(t);
  const path = (keys: readonly string[]) => after(world, ['tab', ...keys]).text.at(-3);
  equal(path(['right', 'right']), '/var/cache');
  equal(path(['right', 'right', 'left']), '/var');
  equal(path(['right', 'right', 'left', 'left', 'down']), '/app');
  equal(path(['end', 'down', 'down']), '/etc');
  equal(path(['pagedown', 'home', 'up']), '/var');
  equal(path(['end', 's']), '/etc');
});

test('every key on every screen gives a whole screen', async t => {
  const world = await worldIn(t);
  const keys = [
    'up',
    'down',
    'tab',
    'space',
    'e',
    '/',
    'x',
    'enter',
    'escape',
    'f',
    '?',
    'b',
    's',
    'w',
    'l',
    'left',
  ];
  let [state, seed] = [fit(FIRST, world, SIZE), 7];
  for (let i = 0; i < 400; i += 1) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    const size = { columns: 20 + (seed % 140), rows: 5 + (seed % 50) };
    state = press(state, keys[(seed >> 8) % keys.length]!, { world, size });
    const lines = screenOf(state, world, size);
    equal(lines.length, size.rows);
    for (const line of lines)
      equal(
        line.reduce((sum, span) => sum + span.text.length, 0),
        size.columns,
      );
  }
});

test('a screen that is too small says so', async t => {
  const { text } = after(await worldIn(t), [], { columns: 30, rows: 10 });
  equal(text[0], 'make the terminal larger: 40×…');
});

test('q ends it, and ctrl+c interrupts it, wherever one is', async t => {
  const world = await worldIn(t);
  for (const before of [[], ['tab'], ['f'], ['?']]) {
    equal(after(world, [...before, 'q']).state.end, 'quit');
    equal(after(world, [...before, 'ctrl+c']).state.end, 'interrupt');
  }
  equal(after(world, ['/', 'q']).state.end, undefined);
  equal(after(world, ['/', 'ctrl+c']).state.end, 'interrupt');
});

test('a list keeps what is chosen in sight', () => {
  deepEqual(scrollTo({ top: 0, at: 0 }, 12, { count: 20, height: 5 }), { top: 8, at: 12 });
  deepEqual(scrollTo({ top: 8, at: 12 }, 3, { count: 20, height: 5 }), { top: 3, at: 3 });
  deepEqual(scrollTo({ top: 8, at: 12 }, 12, { count: 3, height: 5 }), { top: 0, at: 2 });
  deepEqual(scrollTo({ top: 0, at: 0 }, 5, { count: 0, height: 5 }), { top: 0, at: 0 });
});

/** A screen without a terminal. */
function fakeScreen(draw: Screen['draw']): Screen & { press(key: string | undefined): void } {
  let told: (key: string | undefined) => void = () => undefined;
  return {
    size: () => SIZE,
    draw,
    listen: listener => {
      told = listener;
    },
    press: key => told(key),
    [Symbol.dispose]: () => undefined,
  };
}

test('what drawing throws ends it, and so does a signal', async t => {
  const world = await worldIn(t);
  let times = 0;
  const failing = fakeScreen(() => {
    times += 1;
    if (times === 2) throw new RangeError('drawn badly');
  });
  const looking = lookAround(world, failing, new AbortController().signal);
  failing.press('down');
  await rejects(looking, /drawn badly/);
  const controller = new AbortController();
  const waiting = lookAround(
    world,
    fakeScreen(() => undefined),
    controller.signal,
  );
  controller.abort(new Error('told to end'));
  await rejects(waiting, /told to end/);
});

test('only a terminal that can move its cursor is drawn on', () => {
  throws(() => terminalFor({}), { code: 'usage', message: /needs a terminal/ });
  for (const name of ['dumb', '']) {
    const terminal = { input: process.stdin, output: process.stdout, name };
    throws(() => terminalFor({ terminal }), { code: 'usage', message: /TERM is/ });
  }
});

test('keys have names, and characters are themselves', () => {
  equal(keyName('\0', { sequence: '\0' }), 'ctrl+space');
  equal(keyName('\r', { name: 'return' }), 'enter');
  equal(keyName('a', { name: 'a' }), 'a');
  equal(keyName('G', { name: 'g', shift: true }), 'G');
  equal(keyName('\x01', { name: 'a', ctrl: true }), 'ctrl+a');
  equal(keyName('\t', { name: 'tab', shift: true }), 'shift+tab');
  equal(keyName('é', {}), 'é');
  equal(keyName('\x1bx', { name: 'x', meta: true }), undefined);
  equal(keyName('\x1b[99~', { name: 'undefined' }), undefined);
});

test('where a terminal knows ASCII only, nothing else is written, in as many characters', () => {
  equal(inAscii('│▾ é → x…'), '|v ? > x~');
  equal(knowsUnicode({ LANG: 'C.UTF-8' }), true);
  equal(knowsUnicode({ LC_ALL: 'C', LANG: 'en_GB.UTF-8' }), false);
  equal(knowsUnicode({}), false);
});
