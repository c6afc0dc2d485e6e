export { fileDestination } from './file.ts';
export { type Forwarder, type ForwardStatus, openForwarder } from './forwarder.ts';
export { httpDestination } from './http.ts';
export type { Destination, SentRecord } from './record.ts';
export { openSpool, type Spool } from './spool.ts';
export { syslogDestination, syslogMessage } from './syslog.ts';
