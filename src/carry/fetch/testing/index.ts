export {
  answer,
  breakAfter,
  clientWith,
  clockAt,
  flip,
  type Mood,
  rangeOf,
  type Served,
  serve,
  type TestClock,
  type TestServer,
} from './server.ts';
