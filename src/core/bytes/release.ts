/**
 * Frees the memory of an array now, if it is all its own; the array is empty afterwards. The collector, which
 * sees how small its handle is, would wait.
 */
export function release({ buffer, byteLength }: Uint8Array | Int32Array): void {
  if (byteLength > 0 && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
