import { Problem } from '../../kernel/problem.ts'
import { formerValues } from '../../kernel/record.ts'

/** 409 `name_taken`: names are unique, those of tenants in the installation, all others in their tenant. */
export const nameTaken = (kind: string, name: string): Problem =>
  new Problem('name_taken', 409, `There is a ${kind} of the name ${name} already; choose another name.`)

/** Whether `wanted` says anything new about `before`. */
export const differs = <T extends object>(before: T, wanted: Partial<T>): boolean =>
  Object.keys(formerValues(before, { ...before, ...wanted })).length > 0
