import { withChoice } from './narrow.ts';
import type { State } from './state.ts';
import type { World } from './world.ts';

const MOST_CHARACTERS = 80;

/** A key while a filter is typed. */
export function pressFilter(state: State, key: string, world: World): State {
  const { filter } = state.choice;
  switch (key) {
    case 'enter':
    case 'tab':
    case 'down':
      return { ...state, typing: false };
    case 'escape':
      return { ...withChoice(state, { filter: '' }, world), typing: false };
    case 'backspace':
      return withFilter(state, Array.from(filter).slice(0, -1).join(''), world);
    case 'ctrl+u':
      return withFilter(state, '', world);
    case 'space':
      return withFilter(state, `${filter} `, world);
    default:
      return Array.from(key).length === 1 ? withFilter(state, filter + key, world) : state;
  }
}

function withFilter(state: State, filter: string, world: World): State {
  if (filter.length > MOST_CHARACTERS) return state;
  return withChoice(state, { filter }, world);
}
