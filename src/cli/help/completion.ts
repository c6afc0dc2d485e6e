import { COMMON_OPTIONS, type CommandEntry, type Option, optionName } from '../command/index.ts';

/** The shells that completion is made for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

interface Completable {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletableOption[];
  readonly files: boolean;
}

interface CompletableOption extends Pick<Option<unknown>, 'description' | 'short' | 'values' | 'complete'> {
  readonly name: string;
  readonly takesValue: boolean;
}

/** The script that makes a shell complete commands, options and their values. Every command is loaded for it. */
export async function completionScript(shell: Shell, table: readonly CommandEntry[]): Promise<string> {
  const commands = await Promise.all(table.map(completable));
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](commands);
}

async function completable({ name, summary, load }: CommandEntry): Promise<Completable> {
  const command = await load();
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS }).map(([key, option]) => ({
    ...option,
    name: optionName(key),
    takesValue: option.placeholder !== undefined,
  }));
  const files = Object.values(command.arguments).some(argument => argument.complete === 'files');
  return { name, summary, options, files };
}

function bashScript(commands: readonly Completable[]): string {
  const cases = commands.flatMap(({ name, options }) => [
    `    ${name})`,
    `      words='${options.map(option => `--${option.name}`).join(' ')}'`,
    '      case "$previous" in',
    ...options.filter(option => option.takesValue).map(bashValueCase),
    '      esac ;;',
  ]);
  return `# Completion of sampan for bash: source <(sampan completion bash)
_sampan() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${commands.map(command => command.name).join(' ')} --help --version' -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _sampan sampan
`;
}

function bashValueCase(option: CompletableOption): string {
  const names = option.short === undefined ? `--${option.name}` : `--${option.name}|-${option.short}`;
  const replies: Record<CompletableOption['complete'], string> = {
    values: `COMPREPLY=($(compgen -W '${option.values?.join(' ')}' -- "$current"))`,
    files: 'COMPREPLY=($(compgen -f -- "$current"))',
    nothing: ':',
  };
  return `        ${names}) ${replies[option.complete]}; return ;;`;
}

function zshScript(commands: readonly Completable[]): string {
  const list = commands.map(({ name, summary }) => `    ${zshQuote(`${name}:${summary}`)}`).join('\n');
  const cases = commands.map(({ name, options, files }) =>
    [
      `    ${name}) _arguments \\`,
      ...options.map(option => `      ${zshQuote(zshOption(option))} \\`),
      `      ${files ? "'*:file:_files'" : "'*: :'"} ;;`,
    ].join('\n'),
  );
  return `#compdef sampan
# Completion of sampan for zsh: source <(sampan completion zsh)
_sampan() {
  local -a commands=(
${list}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case "$words[1]" in
${cases.join('\n')}
  esac
}
compdef _sampan sampan
`;
}

function zshOption(option: CompletableOption): string {
  const description = option.description.replace(/[[\]:\\]/g, '\\$&');
  const actions: Record<CompletableOption['complete'], string> = {
    values: `(${option.values?.join(' ')})`,
    files: '_files',
    nothing: ' ',
  };
  return `*--${option.name}${option.takesValue ? '=' : ''}[${description}]${
    option.takesValue ? `:value:${actions[option.complete]}` : ''
  }`;
}

function zshQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishScript(commands: readonly Completable[]): string {
  const lines = commands.flatMap(({ name, summary, options, files }) => [
    `complete -c sampan -n __fish_use_subcommand -f -a ${name} -d ${fishQuote(summary)}`,
    ...(files ? [] : [`complete -c sampan -n '__fish_seen_subcommand_from ${name}' -f`]),
    ...options.map(
      option => `complete -c sampan -n '__fish_seen_subcommand_from ${name}' ${fishOption(option)}`,
    ),
  ]);
  return `# Completion of sampan for fish: sampan completion fish | source\n${lines.join('\n')}\n`;
}

function fishOption(option: CompletableOption): string {
  const values: Record<CompletableOption['complete'], string> = {
    values: ` -x -a ${fishQuote(option.values?.join(' ') ?? '')}`,
    files: ' -r -F',
    nothing: ' -x',
  };
  const short = option.short === undefined ? '' : ` -s ${option.short}`;
  return `-l ${option.name}${short}${option.takesValue ? values[option.complete] : ''} -d ${fishQuote(option.description)}`;
}

function fishQuote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
