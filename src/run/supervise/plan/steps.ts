import type { CurrentContainer } from '../current/index.ts';
import type { Strategy, WantedContainer } from '../wanted/index.ts';

/** One thing to do. */
export type Step =
  | {
      readonly kind: 'keep';
      readonly container: WantedContainer;
      readonly current: CurrentContainer;
      /** It has ended, and what it waits for before it is started. */
      readonly waitsFor?: string;
    }
  | { readonly kind: 'create'; readonly container: WantedContainer }
  | { readonly kind: 'start'; readonly container: WantedContainer; readonly current: CurrentContainer }
  | {
      readonly kind: 'replace';
      readonly container: WantedContainer;
      readonly current: CurrentContainer;
      readonly strategy: Strategy;
      readonly reason: string;
    }
  | {
      readonly kind: 'restart';
      readonly container: WantedContainer;
      readonly current: CurrentContainer;
      readonly reason: string;
    }
  /** An update was broken off before the new version was proven: it is now, or the old one takes over again. */
  | {
      readonly kind: 'finish';
      readonly container: WantedContainer;
      readonly current: CurrentContainer;
      readonly previous: CurrentContainer;
    }
  /** An update was broken off: the old version takes its name again. */
  | { readonly kind: 'recover'; readonly container: WantedContainer; readonly current: CurrentContainer }
  | { readonly kind: 'remove'; readonly current: CurrentContainer; readonly reason: string };

/** What is done for one service, in this order, when what it needs stands. */
export interface ServicePlan {
  readonly service: string;
  readonly needs: readonly Need[];
  readonly image: ImagePlan | undefined;
  readonly steps: readonly Step[];
}

/** Another service, and how it must stand. */
export interface Need {
  readonly service: string;
  readonly condition: 'service_started' | 'service_healthy' | 'service_completed_successfully';
  readonly isRequired: boolean;
}

/** An image to get, and when. */
export interface ImagePlan {
  readonly reference: string;
  readonly platform: string | undefined;
  /** It is there, and asked for again: without a network, what is there is used. */
  readonly isRefresh: boolean;
}

/** All that is done for a project. */
export interface Plan {
  readonly project: string;
  /** Bodies of what is made first. */
  readonly networks: readonly { readonly name: string; readonly body: Readonly<Record<string, unknown>> }[];
  readonly volumes: readonly { readonly name: string; readonly body: Readonly<Record<string, unknown>> }[];
  readonly services: readonly ServicePlan[];
  /** Containers of the project whose service the file does not have, and is it asked to remove them. */
  readonly orphans: readonly CurrentContainer[];
  readonly removesOrphans: boolean;
}

/** Whether it does nothing. */
export function isIdle(plan: Plan): boolean {
  const isStill = plan.services.every(
    ({ image, steps }) => image === undefined && steps.every(({ kind }) => kind === 'keep'),
  );
  const leaves = !plan.removesOrphans || plan.orphans.length === 0;
  return isStill && leaves && plan.networks.length === 0 && plan.volumes.length === 0;
}
