declare global {
  // What the package get-nonce looks for: the lock on the page's scrolling behind a dialog writes a style by it.
  var __webpack_nonce__: string | undefined
}

/** The nonce of this page, without which a style that stands in it counts for nothing. */
export const styleNonce = (): string =>
  document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''

export function shareNonce(): void {
  globalThis.__webpack_nonce__ = styleNonce()
}
