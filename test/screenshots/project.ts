const PARTS = [
  'Accounts',
  'Billing',
  'Catalogue',
  'Checkout',
  'Delivery slots',
  'Inventory',
  'Invoices',
  'Mail',
  'Orders',
  'Payments',
  'Returns',
  'Search',
  'Warehouse app',
] as const

/** What is done of each part, in this order; the number is its priority in Beads, where 0 is the most urgent. */
const STEPS = [
  ['design the tables', 'design', 0],
  ['write the migration', 'database', 1],
  ['build the service', 'backend', 1],
  ['test it under load', 'test', 2],
  ['write the operator’s page', 'docs', 3],
  ['switch customers over', 'release', 2],
] as const

/** A Beads export of an invented web shop: each step of a part waits for the one before, each part for an earlier one. */
export function inventedProject(): string {
  return PARTS.flatMap((part, at) =>
    STEPS.map(([step, label, priority], nth) => {
      const id = `shop-${at + 1}.${nth + 1}`
      const before = nth > 0 ? [`shop-${at + 1}.${nth}`] : []
      // The service of a part stands on that of another one.
      const others = nth === 2 && at > 1 ? [`shop-${Math.ceil(at / 2)}.3`] : []
      return JSON.stringify({
        id,
        title: `${part}: ${step}`,
        description: `What belongs to ${part.toLowerCase()} is in its folder; leave the other parts as they are.`,
        status: 'open',
        priority,
        labels: [label],
        estimated_minutes: 30 + 15 * ((at + nth) % 5),
        dependencies: [...before, ...others].map((depends_on_id) => ({
          issue_id: id,
          depends_on_id,
          type: 'blocks',
        })),
      })
    }),
  ).join('\n')
}
