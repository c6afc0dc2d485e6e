/** What the unit of the agent needs to know. */
export interface UnitOptions {
  /** The program and its first arguments, absolute. */
  readonly command: readonly string[];
  readonly settingsPath: string;
  readonly stateDirectory: string;
  /** The service of the engine: `docker.service`, `podman.socket`. */
  readonly engineUnit: string;
}

/** A systemd unit that keeps the agent running. (systemd.service(5), systemd.exec(5)) */
export function systemdUnit({ command, settingsPath, stateDirectory, engineUnit }: UnitOptions): string {
  const words = [...command, 'agent', 'run', '--settings', settingsPath].map(quoted).join(' ');
  return `[Unit]
Description=Sampan agent: keeps containers as their Compose files say
After=${engineUnit}
Wants=${engineUnit}
# It must come back after any number of failures: nobody is there to start it again.
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=${words}
Environment=XDG_DATA_HOME=${stateDirectory}
# Memory of large pieces goes back to the system when they are freed.
Environment=MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072
# Configuration sources tell devices apart by it.
Environment=HOSTNAME=%H
Restart=always
RestartSec=5
# Containers belong to the engine: stopping the agent leaves them alone.
KillMode=process
TimeoutStopSec=20
OOMScoreAdjust=-500
MemoryHigh=96M
NoNewPrivileges=yes
ProtectHome=read-only
ProtectKernelTunables=no
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
`;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
