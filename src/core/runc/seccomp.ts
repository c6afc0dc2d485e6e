import { ALLOWED_CALLS } from './syscalls.ts';

/** The `linux.seccomp` object of a runtime configuration (OCI runtime specification, config-linux, seccomp). */
export interface SeccompProfile {
  readonly defaultAction: string;
  readonly defaultErrnoRet: number;
  readonly architectures: readonly string[];
  readonly syscalls: readonly SeccompRule[];
}

/** One rule of it. */
export interface SeccompRule {
  readonly names: readonly string[];
  readonly action: string;
  readonly errnoRet?: number;
  readonly args?: readonly {
    readonly index: number;
    readonly value: number;
    readonly valueTwo?: number;
    readonly op: string;
  }[];
}

/** The machines that the profile is known for, by OCI's name, with those whose programs they run too. */
const MACHINES: Readonly<Record<string, readonly string[]>> = {
  amd64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  '386': ['SCMP_ARCH_X86'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
  arm: ['SCMP_ARCH_ARM'],
  riscv64: ['SCMP_ARCH_RISCV64'],
  ppc64le: ['SCMP_ARCH_PPC64LE'],
  s390x: ['SCMP_ARCH_S390X', 'SCMP_ARCH_S390'],
  mips64le: ['SCMP_ARCH_MIPSEL64', 'SCMP_ARCH_MIPSEL', 'SCMP_ARCH_MIPSEL64N32'],
};

/** Calls that exist on some machines only. */
const MACHINE_CALLS: Readonly<Record<string, string>> = {
  amd64: 'arch_prctl modify_ldt',
  '386': 'modify_ldt',
  arm64: 'arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls',
  arm: 'arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls',
  riscv64: 'riscv_flush_icache',
  ppc64le: 'sync_file_range2 swapcontext',
  s390x: 's390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr',
};

/** Calls that come with a capability. */
const CAPABILITY_CALLS: Readonly<Record<string, string>> = {
  BPF: 'bpf',
  DAC_READ_SEARCH: 'open_by_handle_at',
  PERFMON: 'perf_event_open',
  SYSLOG: 'syslog',
  SYS_ADMIN:
    'bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick listmount lookup_dcookie lsm_get_self_attr ' +
    'mount mount_setattr move_mount open_tree perf_event_open quotactl quotactl_fd setdomainname sethostname ' +
    'setns statmount syslog umount umount2 unshare',
  SYS_BOOT: 'reboot',
  SYS_CHROOT: 'chroot',
  SYS_MODULE: 'delete_module finit_module init_module',
  SYS_NICE: 'get_mempolicy mbind set_mempolicy set_mempolicy_home_node',
  SYS_PACCT: 'acct',
  SYS_PTRACE: 'kcmp pidfd_getfd process_madvise process_vm_readv process_vm_writev ptrace',
  SYS_RAWIO: 'ioperm iopl',
  SYS_TIME: 'clock_settime clock_settime64 settimeofday stime',
  SYS_TTY_CONFIG: 'vhangup',
};

const EPERM = 1;
const ENOSYS = 38;
/** The flags of clone(2) that make namespaces. */
const NAMESPACE_FLAGS = 0x7e020000;
const AF_VSOCK = 40;
/** The persona of a plain Linux program, its two variants without address randomisation or with 32-bit uname, and "ask only". */
const PERSONAS = [0x0, 0x8, 0x20000, 0x20008, 0xffffffff];

/** Docker's default profile for a machine and a set of capabilities (without `CAP_`); none for an unknown machine. */
export function seccompProfile(machine: string, capabilities: readonly string[]): SeccompProfile | undefined {
  const architectures = MACHINES[machine];
  if (architectures === undefined) return undefined;
  const words = [
    ALLOWED_CALLS,
    MACHINE_CALLS[machine] ?? '',
    ...capabilities.map(name => CAPABILITY_CALLS[name] ?? ''),
  ];
  const names = [
    ...new Set(
      words
        .join(' ')
        .split(/\s+/)
        .filter(name => name !== ''),
    ),
  ].sort();
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures,
    syscalls: [{ names, action: 'SCMP_ACT_ALLOW' }, ...argumentRules(machine, capabilities)],
  };
}

function argumentRules(machine: string, capabilities: readonly string[]): readonly SeccompRule[] {
  const rules = [
    allowWhen('socket', { index: 0, value: AF_VSOCK, op: 'SCMP_CMP_NE' }),
    ...PERSONAS.map(value => allowWhen('personality', { index: 0, value, op: 'SCMP_CMP_EQ' })),
  ];
  if (capabilities.includes('SYS_ADMIN')) return rules;
  // The flags are the second argument of clone(2) on s390 and the first elsewhere.
  const index = machine === 's390x' ? 1 : 0;
  return [
    ...rules,
    allowWhen('clone', { index, value: NAMESPACE_FLAGS, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }),
    // Its flags are behind a pointer, which a filter cannot follow; the C library falls back to clone(2).
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
  ];
}

function allowWhen(name: string, condition: NonNullable<SeccompRule['args']>[number]): SeccompRule {
  return { names: [name], action: 'SCMP_ACT_ALLOW', args: [condition] };
}
