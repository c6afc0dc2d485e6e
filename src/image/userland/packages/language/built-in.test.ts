import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { bytesContent } from '../../../../core/bytes/index.ts';
import { treeOf } from '../../../tree/index.ts';
import { readBuiltInPackages } from './built-in.ts';
import { readGoBuild } from './go.ts';

const BASE = 0x40_0000;

/** A 64-bit ELF file, mapped whole at BASE, with one named section; `body` is told where it will lie. */
function elf(name: string, body: (address: number) => Buffer): Buffer {
  const names = Buffer.from(`\0${name}\0.shstrtab\0`);
  const at = 64 + 56;
  const data = body(BASE + at);
  const tables = at + data.length + names.length;
  const file = Buffer.alloc(tables + 3 * 64);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(2, 16);
  file.writeUInt16LE(62, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(64n, 32);
  file.writeBigUInt64LE(BigInt(tables), 40);
  [64, 56, 1, 64, 3, 2].forEach((value, i) => {
    file.writeUInt16LE(value, 52 + 2 * i);
  });
  file.writeUInt32LE(1, 64);
  [0, BASE, BASE, file.length, file.length].forEach((value, i) => {
    file.writeBigUInt64LE(BigInt(value), 72 + 8 * i);
  });
  file.set(data, at);
  file.set(names, at + data.length);
  const section = (index: number, nameAt: number, offset: number, size: number): void => {
    const head = tables + index * 64;
    file.writeUInt32LE(nameAt, head);
    file.writeUInt32LE(index === 1 ? 1 : 3, head + 4);
    file.writeBigUInt64LE(BigInt(BASE + offset), head + 16);
    file.writeBigUInt64LE(BigInt(offset), head + 24);
    file.writeBigUInt64LE(BigInt(size), head + 32);
  };
  section(1, 1, at, data.length);
  section(2, 2 + name.length, at + data.length, names.length);
  return file;
}

const MODULES = [
  'path\texample.org/cmd/agent',
  'mod\texample.org/agent\tv1.2.3\th1:x=',
  'dep\tgolang.org/x/net\tv0.1.0\th1:x=',
  'dep\texample.org/old\tv1.0.0',
  '=>\texample.org/fork\tv1.0.1\th1:y=',
  'build\tGOOS=linux',
  'build\t-ldflags="-X a=b"',
  '',
].join('\n');

function marked(text: string): Buffer {
  return Buffer.concat([Buffer.alloc(16, 0x30), Buffer.from(text), Buffer.alloc(16, 0x31)]);
}

function header(flags: number): Buffer {
  const head = Buffer.alloc(32);
  head.set(Buffer.from('\xff Go buildinf:', 'latin1'));
  head[14] = 8;
  head[15] = flags;
  return head;
}

function varint(value: number): Buffer {
  return value < 0x80 ? Buffer.of(value) : Buffer.of((value & 0x7f) | 0x80, value >> 7);
}

function inline(version: string, modules: Buffer): Buffer {
  const text = Buffer.from(version);
  return Buffer.concat([header(2), varint(text.length), text, varint(modules.length), modules]);
}

function pointed(version: string, modules: Buffer): (address: number) => Buffer {
  return address => {
    const texts = [Buffer.from(version), modules];
    const heads = Buffer.alloc(32);
    heads.writeBigUInt64LE(BigInt(address + 64), 0);
    heads.writeBigUInt64LE(BigInt(version.length), 8);
    heads.writeBigUInt64LE(BigInt(address + 64 + version.length), 16);
    heads.writeBigUInt64LE(BigInt(modules.length), 24);
    const head = header(0);
    head.writeBigUInt64LE(BigInt(address + 32), 16);
    head.writeBigUInt64LE(BigInt(address + 48), 24);
    return Buffer.concat([head, heads, ...texts]);
  };
}

const FORMS = {
  'in place (Go 1.18)': () => inline('go1.22.1', marked(MODULES)),
  'by pointers (Go 1.13)': pointed('go1.22.1', marked(MODULES)),
};

for (const [form, body] of Object.entries(FORMS)) {
  test(`the modules of a Go program are read ${form}`, () => {
    const build = readGoBuild(bytesContent(elf('.go.buildinfo', body)));
    assert.equal(build?.goVersion, 'go1.22.1');
    assert.equal(build?.path, 'example.org/cmd/agent');
    assert.deepEqual(build?.main, { path: 'example.org/agent', version: 'v1.2.3' });
    assert.deepEqual(build?.dependencies, [
      { path: 'golang.org/x/net', version: 'v0.1.0' },
      { path: 'example.org/fork', version: 'v1.0.1' },
    ]);
    assert.equal(build?.settings.get('-ldflags'), '"-X a=b"');
  });
}

test('a Go program that was built without modules still says its version', () => {
  const build = readGoBuild(bytesContent(elf('.go.buildinfo', () => inline('go1.19', Buffer.alloc(0)))));
  assert.equal(build?.goVersion, 'go1.19');
  assert.equal(build?.main, undefined);
});

test('a lying length or a pointer out of the file gives nothing', () => {
  const long = Buffer.concat([header(2), Buffer.of(0xff, 0xff, 0xff, 0xff, 0xff)]);
  const big = Buffer.concat([header(2), Buffer.of(0xff, 0xff, 0xff, 0x7f), Buffer.from('go')]);
  const wild = header(0);
  wild.writeBigUInt64LE(0xffff_ffff_ffff_fff0n, 16);
  for (const body of [long, big, wild, header(2), Buffer.from('short')])
    assert.equal(readGoBuild(bytesContent(elf('.go.buildinfo', () => body))), undefined);
});

test('a damaged program is no error, wherever the damage is', () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (const body of Object.values(FORMS)) {
    const whole = elf('.go.buildinfo', body);
    for (let round = 0; round < 500; round++) {
      const hurt = Buffer.from(whole.subarray(0, whole.length - random(3) * random(whole.length)));
      for (let i = 0; i < 4 && hurt.length > 0; i++) hurt[random(hurt.length)] = random(256);
      assert.doesNotThrow(() => readGoBuild(bytesContent(hurt)));
    }
  }
});

test('what is built into programs is named with the program as its root', () => {
  const crates = {
    packages: [{ name: 'serde', version: '1.0' }, { name: 'cc', version: '1', kind: 'build' }, 3],
  };
  const tree = treeOf({
    '/bin/agent': elf('.go.buildinfo', () => inline('go1.22.1', marked(MODULES))),
    '/bin/rusty': elf('.dep-v0', () => deflateSync(JSON.stringify(crates))),
    '/bin/bomb': elf('.dep-v0', () => deflateSync(Buffer.alloc(9 << 20, 0x20))),
    '/bin/text': 'no program',
  });
  const found = readBuiltInPackages(tree, ['/bin/agent', '/bin/rusty', '/bin/bomb', '/bin/text', '/absent']);
  assert.deepEqual(
    found.map(each => `${each.root} ${each.ecosystem} ${each.name} ${each.version}`),
    [
      '/bin/agent golang stdlib 1.22.1',
      '/bin/agent golang example.org/agent v1.2.3',
      '/bin/agent golang golang.org/x/net v0.1.0',
      '/bin/agent golang example.org/fork v1.0.1',
      '/bin/rusty cargo serde 1.0',
    ],
  );
});
