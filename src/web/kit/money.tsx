const cents = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' })
const fine = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  minimumFractionDigits: 2,
  maximumFractionDigits: 6,
})

/** Dollars: to the cent, and below a dollar as exactly as they are kept (a millionth). */
export const dollarsText = (dollars: number): string =>
  Math.abs(dollars) < 1 && dollars !== 0 ? fine.format(dollars) : cents.format(dollars)

export function Dollars({ amount }: { amount: number }) {
  return <span className="number">{dollarsText(amount)}</span>
}
