// Lengths of the picture, in pixels at a zoom of 1.

/** A task's box. */
export const NODE_WIDTH = 216
export const NODE_HEIGHT = 40
/** Between two boxes, one above the other. */
export const GAP = 12
/** What a line that passes between boxes takes. */
export const BEND_HEIGHT = 14
/** Between two columns, at least and at most: where lines climb far there is more. */
export const COLUMN_GAP = 56
export const WIDEST_COLUMN_GAP = 240
/** Between two parts of the graph that no edge joins, and between such parts and the tasks that stand alone. */
export const PART_GAP = 48
/** Above each lane, and above the tasks that stand alone: for a heading. */
export const HEADING = 44
/** Width to height of the whole picture: what most windows have. */
export const ASPECT = 1.7
