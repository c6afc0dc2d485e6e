/** What `sampan serve` was given. */
export interface ServeValues {
  readonly listen: string;
  readonly store: string | undefined;
  readonly mirror: readonly string[];
  readonly mirrorTtl: number;
  readonly mirrorCa: readonly string[];
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly htpasswd: string | undefined;
  readonly anonymousPull: boolean;
  readonly readOnly: boolean;
  readonly insecure: boolean;
  readonly adminListen: string | undefined;
  readonly gcInterval: number;
  readonly gcGrace: number;
  readonly gcUntagged: number | undefined;
  readonly maxBlob: number;
  readonly maxUploads: number;
  readonly maxConnections: number;
  readonly idleTimeout: number;
  readonly minRate: number;
  readonly uploadTimeout: number;
  readonly stopTimeout: number;
  readonly accessLog: boolean;
}
