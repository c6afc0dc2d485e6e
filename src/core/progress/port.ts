/** Where long work says what it is doing. Whoever shows it decides how; calls are cheap and never throw. */
export interface Progress {
  /** Begins a stage. Several may be open at once. */
  stage(title: string): Stage;
}

/** One stage of long work. After `done` or `fail`, further calls do nothing. */
export interface Stage {
  /** What is happening now, instead of what was said before: `4 of 9 layers, 12.4 MB`. May be called often. */
  update(text: string): void;
  /** Ends the stage well; `text` is its outcome in a few words. */
  done(text?: string): void;
  /** Ends the stage badly. The error itself is thrown, not told here. */
  fail(text?: string): void;
}

const SILENT_STAGE: Stage = { update: () => {}, done: () => {}, fail: () => {} };

/** Shows nothing. */
export const SILENT: Progress = { stage: () => SILENT_STAGE };

/** A piece of work that is shown as one stage. */
export interface StagedWork<T> {
  readonly title: string;
  run(stage: Stage): Promise<T>;
  /** The outcome in a few words. */
  summary?(result: T): string;
}

/** Runs `work` as a stage, which ends well or badly as the work does; its result or error comes through. */
export async function inStage<T>(progress: Progress, work: StagedWork<T>): Promise<T> {
  const stage = progress.stage(work.title);
  try {
    const result = await work.run(stage);
    stage.done(work.summary?.(result));
    return result;
  } catch (error) {
    stage.fail();
    throw error;
  }
}
