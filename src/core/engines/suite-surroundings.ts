import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { isSampanError } from '../errors/index.ts';
import type { OpenBench } from './bench.ts';

/** What a program is told. */
export function describeEnvironment(open: OpenBench): void {
  it('gives the environment that Docker gives', async t => {
    const bench = open(t);
    if (bench === undefined) return;
    const text = await bench.shell('env', { hostname: 'boat', env: ['A=1 2'], user: 'app' });
    const lines = text.split('\n');
    for (const line of ['HOSTNAME=boat', 'HOME=/home/app', 'A=1 2']) assert.ok(lines.includes(line), text);
    assert.ok(lines.includes('PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'), text);
  });
  it('leaves what the environment sets alone', async t => {
    const text = await open(t)?.shell('/bin/echo $HOME $PATH $HOSTNAME', {
      env: ['PATH=/bin', 'HOME=/x', 'HOSTNAME=y'],
    });
    if (text !== undefined) assert.equal(text, '/x /bin y\n');
  });
  it('sets the host name', async t => {
    const text = await open(t)?.shell('hostname; cat /etc/hostname', { hostname: 'boat' });
    if (text !== undefined) assert.equal(text, 'boat\nboat\n');
  });
  it('knows users by name, by number, and with a group', async t => {
    const bench = open(t);
    if (bench === undefined) return;
    const ids = async (user: string) => await bench.shell('echo $(id -u) $(id -g) $(id -G)', { user });
    assert.equal(await ids(''), '0 0 0\n');
    assert.equal(await ids('app'), '1000 1001 1001 2000\n');
    assert.equal(await ids('1000'), '1000 1001 1001 2000\n');
    assert.equal(await ids('1000:2000'), '1000 2000 2000\n');
    assert.equal(await ids('77:88'), '77 88 88\n');
  });
  it('names a user that is not there', async t => {
    const bench = open(t);
    if (bench === undefined) return;
    await assert.rejects(
      bench.start({ user: 'nobody2' }),
      e => isSampanError(e, 'not-found') && /nobody2/.test(e.message),
    );
  });
}

/** What a program reads and writes. */
export function describeFiles(open: OpenBench): void {
  it('makes the working directory', async t => {
    const text = await open(t)?.shell('pwd', { workingDirectory: '/data/made/deep', user: 'app' });
    if (text !== undefined) assert.equal(text, '/data/made/deep\n');
  });
  it('lands what is written in the root file system', async t => {
    const bench = open(t);
    if (bench === undefined) return;
    await bench.shell('echo kept > /data/written');
    assert.equal(readFileSync(join(bench.rootfs, 'data/written'), 'utf8'), 'kept\n');
  });
  it('lets nothing be written to a read-only root', async t => {
    const text = await open(t)?.shell('touch /data/x /etc/x 2>&1; echo $?', { readOnly: true });
    if (text !== undefined) assert.match(text, /Read-only file system[\s\S]*1\n/);
  });
  it('mounts what it is told', async t => {
    const bench = open(t);
    if (bench === undefined) return;
    const file = join(bench.base, 'mounted.txt');
    writeFileSync(file, 'from outside\n');
    const mounts = [{ source: file, target: '/etc/in/side.txt', readOnly: true }];
    assert.match(
      await bench.shell('cat /etc/in/side.txt; echo x > /etc/in/side.txt', { mounts }),
      /^from outside\n.*Read-only/,
    );
  });
}
