import type { Progress } from '../../core/progress/index.ts';
import { formatDuration, visible } from '../output/index.ts';

/** What a display of progress needs from outside. */
export interface PlainDisplay {
  write(text: string): void;
  /** Milliseconds since some fixed moment. */
  now(): number;
}

/** Progress for logs: one line when a stage begins, one when it ends, with its time. */
export function plainProgress({ write, now }: PlainDisplay): Progress {
  return {
    stage(title) {
      const name = visible(title);
      const started = now();
      let open = true;
      write(`${name} …\n`);
      const end = (word: string, text?: string) => {
        if (!open) return;
        open = false;
        const detail = text === undefined ? '' : `: ${visible(text)}`;
        write(`${name} ${word}${detail} (${formatDuration(now() - started)})\n`);
      };
      return { update: () => {}, done: text => end('done', text), fail: text => end('failed', text) };
    },
  };
}
