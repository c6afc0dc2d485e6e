import { defineCommand, flag, list, number, program, required, text } from '../command/index.ts';
import { containerOf, openEngine, openProject, PROJECT_OPTIONS, runInside } from '../compose/index.ts';

/** `sampan exec`. */
export const execCommand = defineCommand({
  description:
    'Runs a command in a container of a service that runs. It gets the terminal where there is one, and the input that is sent to this command; what it prints comes back as it is, and its exit status is the status of this command.\n\nOptions of sampan exec itself stand before the command: all words from the command on are its own, as in: sampan exec -T web ls -l',
  arguments: {
    service: required({ description: 'the service', complete: 'nothing' }),
    command: program({ description: 'the command and its arguments', complete: 'nothing' }),
  },
  options: {
    ...PROJECT_OPTIONS,
    noTty: flag({ short: 'T', description: 'no terminal, even where there is one' }),
    user: text({
      short: 'u',
      placeholder: 'USER',
      description: 'as this user: a name or number, :GROUP too',
    }),
    workdir: text({ short: 'w', placeholder: 'DIR', description: 'in this directory of the container' }),
    env: list({ short: 'e', placeholder: 'NAME=VALUE', description: 'a variable for the command' }),
    index: number({
      description: 'which container of a service with several',
      min: 1,
      max: 10_000,
      default: '1',
    }),
    privileged: flag({ description: 'with all capabilities' }),
  },
  exitCodes: { 126: 'the command cannot be run', 127: 'there is no such command in the container' },
  examples: [
    { line: 'exec web sh', explanation: 'look around' },
    { line: 'exec -T db pg_dump -U app app > app.sql', explanation: 'bytes as they are' },
  ],
  async run(context, { service, command, noTty, user, workdir, env, index, privileged, ...values }) {
    const { project } = openProject(context, { ...values, profile: ['*'] });
    const docker = await openEngine(context);
    const { id } = await containerOf(docker, project, { service, number: index, signal: context.signal });
    const status = await runInside(context, docker, {
      container: id,
      usesTerminal: !noTty && context.terminal !== undefined,
      command: {
        args: command,
        env,
        privileged,
        ...(user === undefined ? {} : { user }),
        ...(workdir === undefined ? {} : { workingDirectory: workdir }),
      },
    });
    context.setExitStatus(status);
  },
});
