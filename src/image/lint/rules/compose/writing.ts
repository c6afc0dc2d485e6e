import { closestOf } from '../../../../core/text/index.ts';
import { fieldOf, type MapValue, textAt } from '../../compose/index.ts';
import { parseImageName } from '../../dockerfile/index.ts';
import { type ComposeRule, composeRule } from '../rule.ts';
import { inService } from './queries.ts';

/** Keys of a service (compose-spec, "Services"). */
const SERVICE_KEYS: readonly string[] =
  'annotations attach build blkio_config cap_add cap_drop cgroup cgroup_parent command configs container_name cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file environment expose extends external_links extra_hosts gpus group_add healthcheck hostname image init ipc isolation label_file labels links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit models network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_stop privileged profiles provider pull_policy read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volume_driver volumes volumes_from working_dir'.split(
    ' ',
  );

/** Rules about how a Compose file is written. */
export const COMPOSE_WRITING_RULES: readonly ComposeRule[] = [
  composeRule({
    id: 'compose-tag',
    topic: 'base image',
    severity: 'warning',
    summary: 'the image of a service has no tag, or latest',
    why: 'Two devices that were set up a week apart run different programs, and a restart can bring another one. Name the release, best with its digest.',
    bad: 'services:\n  app:\n    image: example/app\n',
    good: 'services:\n  app:\n    image: example/app:1.2\n',
    *check({ services }) {
      for (const service of services) {
        const field = fieldOf(service.value, 'image');
        const name = textAt(service.value, 'image') ?? '';
        const { tag, digest } = parseImageName(name);
        const isBuilt = fieldOf(service.value, 'build') !== undefined;
        if (field === undefined || name === '' || name.includes('$') || digest !== undefined || isBuilt)
          continue;
        if (tag === undefined || tag === 'latest')
          yield inService(service, field.value.span, `${name} changes without notice: name a release`);
      }
    },
  }),
  composeRule({
    id: 'compose-pin-digest',
    topic: 'base image',
    severity: 'warning',
    off: true,
    summary: 'the image of a service is not pinned by its digest',
    why: 'Only a digest names one image for ever. Somebody must raise it for each release; so this rule is off unless asked for.',
    bad: 'services:\n  app:\n    image: example/app:1.2\n',
    good: `services:\n  app:\n    image: example/app:1.2@sha256:${'0123456789abcdef'.repeat(4)}\n`,
    *check({ services }) {
      for (const service of services) {
        const field = fieldOf(service.value, 'image');
        if (field !== undefined && !(textAt(service.value, 'image') ?? '@').includes('@'))
          yield inService(service, field.value.span, 'add @sha256:…');
      }
    },
  }),
  composeRule({
    id: 'compose-version',
    topic: 'clarity',
    severity: 'info',
    fixable: true,
    summary: 'version is obsolete',
    why: 'Compose ignores it and warns at each start.',
    bad: 'version: "3.8"\nservices:\n  app:\n    image: example/app:1.2\n',
    good: 'services:\n  app:\n    image: example/app:1.2\n',
    *check({ root, source }) {
      const field = fieldOf(root, 'version');
      if (field === undefined) return;
      const start = source.text.lastIndexOf('\n', field.keySpan.start) + 1;
      const end = source.text.indexOf('\n', field.value.span.end);
      const alone = root?.isFlow === false && start === field.keySpan.start && field.value.kind === 'scalar';
      const rest = source.text.slice(field.value.span.end, end < 0 ? undefined : end).trim();
      const edits =
        alone && rest === '' && end > 0 ? { edits: [{ span: { start, end: end + 1 }, text: '' }] } : {};
      yield { span: field.keySpan, message: 'remove it', ...edits };
    },
  }),
  composeRule({
    id: 'compose-unknown-key',
    topic: 'clarity',
    severity: 'error',
    summary: 'a service has a key that there is not',
    why: 'Compose refuses the file, or ignores a limit that was misspelt. Own keys begin with x-.',
    bad: 'services:\n  app:\n    image: example/app:1.2\n    mem_limt: 64m\n',
    good: 'services:\n  app:\n    image: example/app:1.2\n    mem_limit: 64m\n',
    *check({ services }) {
      for (const service of services) {
        for (const { key, keySpan } of unknownKeys(service.value)) {
          const near = closestOf(key, SERVICE_KEYS);
          const hint = near === undefined ? '' : `; did you mean ${near}?`;
          yield inService(service, keySpan, `there is no key ${key.slice(0, 60)}${hint}`);
        }
      }
    },
  }),
];

function unknownKeys({ fields }: MapValue): MapValue['fields'] {
  return fields.filter(({ key }) => !key.startsWith('x-') && !SERVICE_KEYS.includes(key));
}
