import { rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';

/** A moment in the life of an engine: it has done what a call asked for, and who called has not heard of it. */
export interface Interruption {
  /** The n-th of the calls that change something, from 1. */
  readonly n: number;
  happen(): void;
}

/** A socket that hands all calls on to an engine. */
export interface EngineProxy extends AsyncDisposable {
  /** As `DOCKER_HOST` names it. */
  readonly host: string;
  /** Calls that change something are counted from now on. */
  interrupt(at: Interruption | undefined): void;
}

/** Opens it. Each connection has one call, as that of Sampan has. */
export async function engineProxy(path: string, target: string): Promise<EngineProxy> {
  let at: Interruption | undefined;
  let calls = 0;
  const sockets = new Set<Socket>();
  const server = createServer(client => {
    const engine = connect(target.replace(/^unix:\/\//, ''));
    for (const socket of [client, engine]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        engine.destroy();
      });
    }
    client.once('data', head => {
      const isChange = !/^(GET|HEAD) /.test(head.toString('latin1'));
      const isNow = isChange && at !== undefined && ++calls === at.n;
      engine.write(head);
      client.pipe(engine);
      if (isNow) engine.once('data', () => at?.happen());
      else engine.pipe(client);
    });
  });
  rmSync(path, { force: true });
  await new Promise<void>(resolve => server.listen(path, resolve));
  return {
    host: `unix://${path}`,
    interrupt: next => {
      at = next;
      calls = 0;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise(resolve => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
