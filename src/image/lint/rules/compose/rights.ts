import { at, fieldOf, itemsOf, pairsOf, type Service, textAt } from '../../compose/index.ts';
import { type ComposeRule, composeRule, type Found } from '../rule.ts';
import { isSecretName, secretShape } from '../secrets.ts';
import { inService, mountsOf } from './queries.ts';

const HEAD = 'services:\n  app:\n    image: example/app:1.2\n';

/** Rules about the rights that services get, and about devices. */
export const RIGHT_RULES: readonly ComposeRule[] = [
  composeRule({
    id: 'compose-privileged',
    topic: 'safety',
    severity: 'error',
    summary: 'a service is privileged',
    why: 'It has all capabilities and all devices: who breaks into it owns the device. Name the devices and capabilities that it needs.',
    bad: `${HEAD}    privileged: true\n`,
    good: `${HEAD}    devices: [/dev/i2c-1]\n`,
    *check({ services }) {
      for (const service of services) {
        const field = fieldOf(service.value, 'privileged');
        if (field?.value.kind === 'scalar' && isTrue(field.value.text))
          yield inService(service, field.keySpan, 'name devices and capabilities instead of privileged');
      }
    },
  }),
  composeRule({
    id: 'compose-all-devices',
    topic: 'devices',
    severity: 'error',
    summary: 'a service gets all of /dev',
    why: 'It can write to the disks of the host. And what is plugged in later is not in the container all the same. Name the devices; Sampan follows them when they are replugged.',
    bad: `${HEAD}    volumes: ["/dev:/dev"]\n`,
    good: `${HEAD}    devices: [/dev/i2c-1]\n`,
    *check({ services }) {
      for (const service of services) {
        for (const { source, value } of mountsOf(service))
          if (/^\/dev\/?$/.test(source))
            yield inService(service, value.span, 'name the devices that it needs');
        for (const device of itemsOf(at(service.value, 'devices'))) {
          if (device.kind === 'scalar' && /^\/dev\/?(?::|$)/.test(device.text))
            yield inService(service, device.span, 'name the devices that it needs');
        }
        for (const rule of itemsOf(at(service.value, 'device_cgroup_rules'))) {
          if (rule.kind === 'scalar' && /^a\b|^[bc] \*:\*/.test(rule.text))
            yield inService(service, rule.span, 'this allows every device');
        }
      }
    },
  }),
  composeRule({
    id: 'compose-unstable-device',
    topic: 'devices',
    severity: 'info',
    summary: 'a device is named by the order in which it was found',
    why: 'After a replug or a reboot ttyUSB0 may be ttyUSB1, or another device. Names under /dev/serial/by-id, or a Sampan selector, stay.',
    bad: `${HEAD}    devices: ["/dev/ttyUSB0:/dev/ttyUSB0"]\n`,
    good: `${HEAD}    devices: ["/dev/serial/by-id/usb-Acme_Meter_17-if00:/dev/ttyUSB0"]\n`,
    *check({ services }) {
      for (const service of services) {
        for (const device of itemsOf(at(service.value, 'devices'))) {
          const [host = ''] =
            device.kind === 'scalar' ? device.text.split(':') : [textAt(device, 'source') ?? ''];
          if (/^\/dev\/(?:ttyUSB|ttyACM|video|hidraw|sd[a-z]|input\/event|bus\/usb\/)/.test(host))
            yield inService(
              service,
              device.span,
              `${host} may be another device after a replug: use a name that stays`,
            );
        }
      }
    },
  }),
  composeRule({
    id: 'compose-host-namespace',
    topic: 'safety',
    severity: 'warning',
    summary: 'a service shares a namespace of the host',
    why: 'With the network of the host it reaches every local service; with its processes it can end them.',
    bad: `${HEAD}    network_mode: host\n`,
    good: `${HEAD}    ports: ["8080:8080"]\n`,
    *check({ services }) {
      for (const service of services) {
        for (const key of ['network_mode', 'pid', 'ipc', 'uts', 'userns_mode', 'cgroup']) {
          const field = fieldOf(service.value, key);
          if (field?.value.kind === 'scalar' && field.value.text === 'host')
            yield inService(
              service,
              field.keySpan,
              `${key}: host takes a wall away: publish ports, or share what is needed`,
            );
        }
      }
    },
  }),
  composeRule({
    id: 'compose-engine-socket',
    topic: 'safety',
    severity: 'error',
    summary: 'the socket of the container engine is mounted',
    why: 'Who can speak to it can start a privileged container: it is root on the device.',
    bad: `${HEAD}    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]\n`,
    good: `${HEAD}    volumes: ["data:/data"]\n`,
    *check({ services }) {
      for (const service of services) {
        for (const { source, value } of mountsOf(service)) {
          if (/\/(?:docker|podman\/podman|containerd\/containerd|crio\/crio)\.sock$/.test(source))
            yield inService(
              service,
              value.span,
              'the engine is root on the host: do without it, or put a proxy between that allows only what is needed',
            );
        }
      }
    },
  }),
  composeRule({
    id: 'compose-system-mount',
    topic: 'safety',
    severity: 'warning',
    summary: 'a directory of the system is mounted to be written',
    why: 'The container can change the host: its programs, its users, its kernel settings. Add :ro, or mount a directory of its own.',
    bad: `${HEAD}    volumes: ["/etc:/host/etc"]\n`,
    good: `${HEAD}    volumes: ["/etc:/host/etc:ro"]\n`,
    *check({ services }) {
      for (const service of services) {
        for (const { source, options, value } of mountsOf(service)) {
          const system =
            /^\/(?:(?:etc|usr|bin|sbin|lib|lib64|boot|root|proc|sys|run|var|var\/run|var\/lib|var\/lib\/docker)\/?)?$/.test(
              source,
            );
          if (system && !options.split(',').includes('ro'))
            yield inService(service, value.span, `${source} can be written: add :ro`);
        }
      }
    },
  }),
  composeRule({
    id: 'compose-capabilities',
    topic: 'safety',
    severity: 'warning',
    summary: 'a service gets a capability that is as good as root',
    why: 'SYS_ADMIN, SYS_MODULE, SYS_PTRACE, SYS_RAWIO, DAC_READ_SEARCH and ALL lead out of the container.',
    bad: `${HEAD}    cap_add: [SYS_ADMIN]\n`,
    good: `${HEAD}    cap_add: [NET_BIND_SERVICE]\n`,
    *check({ services }) {
      for (const service of services) {
        for (const item of itemsOf(at(service.value, 'cap_add'))) {
          if (
            item.kind === 'scalar' &&
            /^(?:CAP_)?(?:ALL|SYS_ADMIN|SYS_MODULE|SYS_PTRACE|SYS_RAWIO|DAC_READ_SEARCH|BPF)$/i.test(
              item.text,
            )
          )
            yield inService(service, item.span, `${item.text} leads out of the container: give less`);
        }
        for (const item of itemsOf(at(service.value, 'security_opt'))) {
          if (item.kind === 'scalar' && /^(?:seccomp|apparmor)[:=]unconfined$/.test(item.text))
            yield inService(service, item.span, `${item.text} takes a wall away`);
        }
      }
    },
  }),
  composeRule({
    id: 'compose-root-user',
    topic: 'safety',
    severity: 'warning',
    summary: 'a service is run as root on purpose',
    why: 'The image may have a user of its own; user: root undoes that.',
    bad: `${HEAD}    user: root\n`,
    good: `${HEAD}    user: "10001:10001"\n`,
    *check({ services }) {
      for (const service of services) {
        const field = fieldOf(service.value, 'user');
        if (field?.value.kind === 'scalar' && /^(?:root|0)(?::|$)/.test(field.value.text))
          yield inService(
            service,
            field.keySpan,
            'run as a user that is not root; for devices group_add is enough',
          );
      }
    },
  }),
  composeRule({
    id: 'compose-secret',
    topic: 'safety',
    severity: 'error',
    summary: 'a secret stands in the file',
    why: 'The file is in a repository and on every device, and `docker inspect` shows it. Use secrets:, env_file:, or a variable of the environment of the device.',
    bad: `${HEAD}    environment:\n      DB_PASSWORD: hunter2\n`,
    good: `${HEAD}    environment:\n      DB_PASSWORD: \${DB_PASSWORD}\n`,
    check: file => file.services.flatMap(secretsIn),
  }),
];

function secretsIn(service: Service): Found[] {
  const pairs = [
    ...pairsOf(at(service.value, 'environment')),
    ...pairsOf(at(service.value, 'build', 'args')),
  ];
  return pairs.flatMap(({ key, text, span }) => {
    if (text === undefined || text === '' || /\$\{?\w/.test(text)) return [];
    const shape = secretShape(text);
    const plain = /^(?:true|false|yes|no|\d{1,4}|\/run\/secrets\/.*)$/i.test(text);
    if (shape === undefined && (!isSecretName(key) || plain)) return [];
    return [
      inService(service, span, `${key} holds ${shape ?? 'a secret'}: use secrets:, env_file: or \${${key}}`),
    ];
  });
}

/** Compose takes the words of YAML 1.1 for a truth value, in quotes too. */
function isTrue(text: string): boolean {
  return /^(?:true|yes|on|y|t|1)$/i.test(text);
}
