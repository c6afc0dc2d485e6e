export { type BuiltApp, builtApp } from './built.ts';
export {
  cannotTrace,
  GROWING,
  type Moment,
  straced,
  untilNothingIsLeft,
  WRITES,
} from './interrupt.ts';
