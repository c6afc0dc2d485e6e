import { file, list, text } from '../command/index.ts';

/** Options of every command that reads a Compose file. */
export const PROJECT_OPTIONS = {
  file: list({
    short: 'f',
    placeholder: 'FILE',
    complete: 'files',
    description:
      'a Compose file; later ones over earlier ones; compose.yaml here or in a directory above unless told',
  }),
  projectName: text({
    short: 'p',
    placeholder: 'NAME',
    description: 'the name of the project; the directory unless told',
  }),
  projectDirectory: file({
    placeholder: 'DIR',
    description: 'where relative paths start; where the first file is unless told',
  }),
  profile: list({ placeholder: 'NAME', description: 'also services of this profile; * for all' }),
  envFile: list({
    placeholder: 'FILE',
    complete: 'files',
    description: 'variables for ${NAME} in the files; .env unless told',
  }),
  set: list({
    placeholder: 'NAME=VALUE',
    description: 'a variable for ${NAME} in the files, over all others',
  }),
} as const;

/** What they become. */
export interface ProjectValues {
  readonly file: readonly string[];
  readonly projectName: string | undefined;
  readonly projectDirectory: string | undefined;
  readonly profile: readonly string[];
  readonly envFile: readonly string[];
  readonly set: readonly string[];
}
