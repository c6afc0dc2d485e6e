export { type Argument, type ArgumentSpec, any, optional, program, required, several } from './argument.ts';
export { COMMON_OPTIONS } from './common.ts';
export {
  type Arguments,
  argumentName,
  type Command,
  type CommandEntry,
  type CommandGroup,
  type CommandSpec,
  defineCommand,
  type Example,
  type Given,
  type Options,
  optionName,
  type Values,
} from './define.ts';
export {
  choice,
  duration,
  file,
  flag,
  list,
  number,
  type Option,
  type OptionMaker,
  type OptionSpec,
  size,
  text,
  type WithDefault,
} from './option.ts';
export { parseCommandLine, type Request } from './parse.ts';
export { suggestion } from './suggest.ts';
export { parseDuration, parseNumber, parseSize, type Range } from './values.ts';
