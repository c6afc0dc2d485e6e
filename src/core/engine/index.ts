export type {
  BindMount,
  Container,
  Engine,
  ExecOptions,
  ExecResult,
  Exit,
  Limits,
  Output,
  RunSpec,
  StartOptions,
  Usage,
} from './port.ts';
