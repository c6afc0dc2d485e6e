/** The most bytes that the literals of one block have. */
export const MAX_LITERAL_BYTES = 2 << 20;
/** The most bytes of a dictionary. It and the literals are what applying holds in memory. */
export const MAX_DICTIONARY_BYTES = 4 << 20;
/** The most bytes of the operations of one block. */
export const MAX_OPERATION_BYTES = 1 << 20;
/** The most bytes of the header, inflated: two documents of an image, and what is said of each layer. */
export const MAX_HEADER_BYTES = 16 << 20;
/** The most layers of an image. */
export const MAX_LAYERS = 1000;
/** The most bytes of one layer: 1 TB. */
export const MAX_LAYER_BYTES = 1e12;
/** The most parts of a dictionary. */
export const MAX_RANGES = 4096;
/** The most bytes of a model of relocation, as operations carry it. */
export const MAX_RELOCATION_BYTES = 512 << 10;
/** The most bytes of signatures that go with an image. */
export const MAX_ATTACHED_BYTES = 4 << 20;
