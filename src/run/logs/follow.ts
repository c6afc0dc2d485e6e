import { accessSync, constants } from 'node:fs';
import type { ContainerState } from '../../core/docker/index.ts';
import type { AgentHost } from '../module/index.ts';
import type { Intake } from './intake.ts';
import { recordReader } from './json-file.ts';
import {
  type EngineLine,
  engineLines,
  type FilePlace,
  justAfter,
  type LogFile,
  openLogFile,
} from './read/index.ts';

/** The lines of one container on their way in. */
export interface Following {
  readonly state: ContainerState;
  readonly intake: Intake;
  /** Reads what is new of its file; whether there was anything. Nothing for one that the engine tells. */
  poll(nowMs: number, budgetBytes: number): boolean;
  /** It was started again. */
  started(state: ContainerState): void;
  place(): FilePlace | undefined;
  end(): void;
}

/** How a container is followed. */
export interface FollowOptions {
  readonly from: 'start' | 'end' | FilePlace;
  readonly maxLineBytes: number;
  /** Shared by all that are read by turns. */
  readonly buffer: Buffer;
}

/** Whether its log file can be read from here. */
export function hasReadableFile({ logPath }: ContainerState): boolean {
  if (logPath === '') return false;
  try {
    accessSync(logPath, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** Follows the file of the json-file driver. */
export function followFile(state: ContainerState, intake: Intake, options: FollowOptions): Following {
  const file: LogFile = openLogFile(state.logPath, options);
  const reader = recordReader(options.maxLineBytes);
  return {
    state,
    intake,
    poll: (nowMs, budgetBytes) => {
      const { readBytes, skippedBytes } = file.read(budgetBytes, bytes => {
        // What is above the rate is not even parsed.
        if (!intake.welcomes(nowMs)) return;
        const line = reader.read(bytes);
        if (line !== undefined) intake.take(line, nowMs);
      });
      intake.counts.skippedBytes += skippedBytes;
      intake.settle(nowMs);
      return readBytes > 0;
    },
    started: () => {},
    place: () => file.place(),
    end: () => {
      intake.settle(Number.POSITIVE_INFINITY);
      file[Symbol.dispose]();
    },
  };
}

const AGAIN_MS = 1000;

/** Follows what the engine tells, where its file cannot be read: another driver, or another file system. */
export function followEngine(
  state: ContainerState,
  intake: Intake,
  {
    host,
    isNew,
    maxLineBytes,
  }: { readonly host: AgentHost; readonly isNew: boolean; readonly maxLineBytes: number },
): Following {
  const ending = new AbortController();
  const signal = AbortSignal.any([host.signal, ending.signal]);
  let last = isNew ? undefined : String(host.now() / 1000);
  let isOpen = false;
  const run = async (): Promise<void> => {
    if (isOpen) return;
    isOpen = true;
    try {
      const docker = await host.docker();
      const span = { since: last, follow: true, tty: state.tty, signal } as const;
      for await (const line of engineLines(docker, state.id, span)) {
        if (line.time !== '') last = justAfter(line.time);
        takeLine(line, intake, { host, maxLineBytes });
      }
    } catch {
      // The engine is away, or has no logs of it (driver `none`): the next start tries again.
    } finally {
      isOpen = false;
    }
  };
  void run();
  return {
    state,
    intake,
    poll: nowMs => {
      intake.settle(nowMs);
      return false;
    },
    started: () => void host.sleep(AGAIN_MS).then(run, () => {}),
    place: () => undefined,
    end: () => {
      ending.abort();
      intake.settle(Number.POSITIVE_INFINITY);
    },
  };
}

function takeLine(
  line: EngineLine,
  intake: Intake,
  { host, maxLineBytes }: { readonly host: AgentHost; readonly maxLineBytes: number },
): void {
  const now = host.monotonic();
  if (!intake.welcomes(now)) return;
  const text = line.text.slice(0, maxLineBytes);
  const cutBytes = line.cutBytes + line.text.length - text.length;
  intake.take({ timeMs: Date.parse(line.time) || host.now(), stream: line.stream, text, cutBytes }, now);
}
