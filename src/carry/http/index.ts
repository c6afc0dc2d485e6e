export { checkPlain, isLoopback, parseUrl, shownUrl } from './address.ts';
export { httpClient } from './client.ts';
export { type Download, download } from './download.ts';
export type {
  HttpBody,
  HttpHeaders,
  HttpMethod,
  HttpOptions,
  HttpRequest,
  HttpResponse,
  Send,
  TlsSettings,
  Waiting,
} from './port.ts';
export { checkEncoding, contentLength, contentType, readBody } from './read.ts';
export { nextUrl } from './redirect.ts';
export { growingPause, isPassing, REAL_WAITING } from './retry.ts';
