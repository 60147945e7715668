/** Asks again and again until the answer is yes; throws when it is still no after 20 seconds. */
export async function eventually(what: string, ask: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Error(`still not after 20 seconds: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
