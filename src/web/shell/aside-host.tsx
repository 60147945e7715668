import { lazy, Suspense } from 'react'
import { one, useParameters } from '../kit/address.ts'
import { useCaller } from '../kit/caller.ts'
import { asides } from '../screens.ts'
import classes from './aside-host.module.css'
import { Loading } from '../kit/loading.tsx'
import { ErrorBoundary } from './error-boundary.tsx'

const hosted = asides.map((aside) => ({ ...aside, Content: lazy(aside.component) }))

/** What the address opens beside the screen: at a window's right, over all of a phone's. */
export function AsideHost() {
  const [parameters, change] = useParameters()
  const { may } = useCaller()
  const open = hosted.find(
    ({ parameter, permission }) => one(parameters, parameter) !== undefined && may(permission),
  )
  if (!open) return null
  const { parameter, Content } = open
  const value = one(parameters, parameter) ?? ''
  return (
    <aside className={classes.aside} aria-label="Details">
      <ErrorBoundary key={`${parameter} ${value}`}>
        <Suspense fallback={<Loading />}>
          <Content value={value} close={() => change({ [parameter]: undefined })} />
        </Suspense>
      </ErrorBoundary>
    </aside>
  )
}
