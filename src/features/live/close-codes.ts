/** Why a socket was closed (RFC 6455, section 7.4). From 4400 on they are HTTP's statuses and 4000. */
export const CLOSE = {
  normal: 1000,
  goingAway: 1001,
  impatient: 1008,
  internalError: 1011,
  tryAgainLater: 1013,
  badMessage: 4400,
  unauthorized: 4401,
  forbidden: 4403,
  silent: 4408,
  tooSlow: 4413,
  tooMany: 4429,
} as const
