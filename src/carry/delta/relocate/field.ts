/** The part of a region that is at hand. */
export interface Window {
  readonly bytes: Buffer;
  /** Where `bytes` begin in the file. */
  readonly from: number;
  /** In the file: what of the region is to be visited. */
  readonly start: number;
  readonly end: number;
}

/** Something in a program that says where something else is. One object is used again and again. */
export interface Reference {
  /** Its offset in the file. */
  at: number;
  /** The address that it means. */
  target: number;
  /** The address that it counts from; -1 for none. */
  place: number;
  /** Writes it anew, when what it means has moved by `target` bytes, and where it counts from by `place`. */
  move(target: number, place: number): void;
}

/** True when it was taken for a reference: what overlaps it is not visited then. */
export type Visit = (reference: Reference) => boolean;
