import type { HttpOptions, Send } from './port.ts';
import { withRedirects } from './redirect.ts';
import { withRetries } from './retry.ts';
import { transport } from './transport.ts';

/**
 * The client that everything here speaks HTTP with: connections are kept and shared, redirects followed without
 * credentials, and what passes is tried again.
 */
export function httpClient(options: HttpOptions = {}): Send {
  return withRetries(withRedirects(transport(options)), options);
}
