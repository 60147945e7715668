import { Loader } from '@mantine/core'

/** Stands where something is on its way. */
export function Loading() {
  return (
    <div role="status">
      <Loader size="sm" m="lg" aria-hidden />
      <span className="heard">Loading</span>
    </div>
  )
}
