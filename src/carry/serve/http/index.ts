export { bodyOf, readBody } from './body.ts';
export { type Buffers, bufferPool } from './buffers.ts';
export { type PaceLimits, watchPace } from './pace.ts';
export { type ByteRange, parseContentRange, parseRange } from './range.ts';
export { type Headers, isOurFault, reply, replyError, replyJson } from './reply.ts';
export { openForSending, type Sending, sendFile } from './send.ts';
