import type { Trace } from './model.ts';

/**
 * What an engine does in the container after the filter is set, and what the C library does when a program starts:
 * a trace of a container that runs does not see it.
 */
const START = `
access arch_prctl brk capget capset chdir clone clone3 close close_range dup dup2 dup3 epoll_create1 epoll_ctl
epoll_pwait epoll_wait eventfd2 execve execveat exit exit_group faccessat faccessat2 fchdir fcntl fstat fstatfs futex
getcwd getdents64 getegid geteuid getgid getpid getppid getrandom gettid getuid ioctl kill lseek madvise mmap mprotect
munmap nanosleep newfstatat openat pipe2 poll ppoll prctl pread64 prlimit64 read readlink readlinkat restart_syscall
rseq rt_sigaction rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait sched_getaffinity sched_yield
set_robust_list set_tid_address setgid setgroups setpgid setresgid setresuid setsid setuid sigaltstack stat statfs
statx tgkill tkill uname vfork wait4 waitid write writev
`;

const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  x64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
};

/**
 * A seccomp profile as Docker and Podman read it: what the traces saw is allowed, and what starting needs; all else
 * fails with EPERM. Names that a kernel does not know are passed over by the engines.
 */
export function seccompProfile(traces: readonly Trace[], arch: string): string {
  const names = new Set(START.split(/\s+/).filter(Boolean));
  for (const { syscalls } of traces)
    for (const name of syscalls.keys()) if (!name.startsWith('syscall_')) names.add(name);
  const profile = {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 1,
    architectures: ARCHITECTURES[arch] ?? [],
    syscalls: [{ names: [...names].sort(), action: 'SCMP_ACT_ALLOW' }],
  };
  return `${JSON.stringify(profile, null, 1)}\n`;
}
