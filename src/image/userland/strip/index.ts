export { type StripOutcome, stripElf, tryStrip } from './strip.ts';
