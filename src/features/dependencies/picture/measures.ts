// Lengths of the picture, in pixels at a zoom of 1.

/** A task's box. */
export const NODE_WIDTH = 256
export const NODE_HEIGHT = 40
/** Between two boxes, one above the other. */
export const GAP = 12
/** What a line that passes between boxes takes. */
export const BEND_HEIGHT = 14
/** Between two columns, at least and at most: where lines climb far there is more. */
export const COLUMN_GAP = 56
export const WIDEST_COLUMN_GAP = 240
/** Beside and below a part of the graph that no edge joins to the others: clearly more than between two columns. */
export const PART_GAP = 128
export const PART_GAP_BELOW = 44
/** Above each lane, and above the tasks that stand alone: for a heading. */
export const HEADING = 72
/** Width to height of the whole picture: what most windows have. */
export const ASPECT = 1.7
