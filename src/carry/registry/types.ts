import type { HttpBody, HttpResponse, Send, TlsSettings, Waiting } from '../http/index.ts';

/** Who one is to a registry. */
export type Credentials =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** A token that is exchanged for others (Docker's "identity token", OAuth 2's refresh token). */
  | { readonly kind: 'identity'; readonly token: string }
  /** A token that is sent as it is. */
  | { readonly kind: 'bearer'; readonly token: string };

/** Another place that may have what a registry has. */
export interface Mirror {
  /** With its scheme; a path is put before `/v2/`. */
  readonly url: URL;
}

/** What is set for one registry, by its domain or, for mirrors, by their host. */
export interface HostSettings {
  readonly credentials?: Credentials;
  /** Paths of PEM files. */
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** Further hosts that may see the credentials, because they give out tokens. */
  readonly tokenHosts?: readonly string[];
}

/** All that is set about registries. Nothing of it is read before it is needed. */
export interface RegistrySettings {
  /** In the order in which they are tried, before the registry itself. */
  mirrorsOf(domain: string): Promise<readonly Mirror[]>;
  /** By the domain of a registry, or the host of a mirror. */
  hostSettings(host: string): Promise<HostSettings>;
  /** For any host that is spoken to. */
  tlsFor(host: string): Promise<TlsSettings>;
  /**
   * For a repository of a registry, from what other programs keep; absent for nobody in particular.
   *
   * @throws SampanError `invalid` for a file that cannot be read, `unavailable` for a helper that does not work.
   */
  credentialsFor(domain: string, path: string): Promise<Credentials | undefined>;
  /** Whether plain HTTP was asked for with a host. */
  isPlain(host: string): Promise<boolean>;
}

/** What registries are reached with. */
export interface RegistryTools {
  readonly send: Send;
  readonly settings: RegistrySettings;
  readonly waiting?: Waiting | undefined;
  /** Is told each time that bytes of blobs came or went. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** Blobs are pushed in parts of so many bytes; 8 MiB unless told. */
  readonly partBytes?: number;
  /** Where parts of blobs are kept until they are whole; absent to keep none. */
  readonly ingestDirectory?: string | undefined;
}

/** One request to a registry, below its repository. */
export interface RegistryCall {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `manifests/latest`, or a whole URL that the registry gave. */
  readonly at: string | URL;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
  /** What may be done; `pull` unless told. */
  readonly actions?: 'pull' | 'pull,push' | 'delete';
  /** Another repository that is read on the way. */
  readonly alsoPull?: string | undefined;
  readonly isRepeatable?: boolean;
  readonly idleMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** One repository of a registry, or of its mirror. */
export interface Repository {
  /** `registry.example/team/app`, with the mirror where it is one. */
  readonly name: string;
  /** As images are named: `docker.io`. */
  readonly domain: string;
  /** `library/nginx`. */
  readonly path: string;
  /** Where it answers: scheme, host and port. */
  readonly origin: string;
  readonly tools: RegistryTools;
  /** Sends a call as who one is. Any status is an answer. */
  call(call: RegistryCall): Promise<HttpResponse>;
  /** The URL of something below it. */
  urlOf(at: string | URL, query?: Readonly<Record<string, string>>): URL;
  /** Sends plain requests as who may read it, for downloads that go on by themselves. */
  readonly read: Send;
}
