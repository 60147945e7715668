import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from '../../kernel/context.ts'
import { Problem } from '../../kernel/problem.ts'
import { requireSubscription, typesCovered, typesOf, typesOfEntity, typesToFollow } from './event-types.ts'

const KNOWN = ['task.created', 'task.deleted', 'tasklet.created', 'key.revoked']

const caller = (...permissions: string[]): Caller => ({
  tenant: 'any',
  actor: { kind: 'user', id: null, name: 'any' },
  permissions: new Set(permissions),
  operator: false,
})

test('a pattern stands for the types of its entity alone', () => {
  assert.deepEqual(typesOf(['task.*'], KNOWN, 'types'), ['task.created', 'task.deleted'])
  assert.deepEqual(typesOf(['key.revoked', 'task.created'], KNOWN, 'types'), ['task.created', 'key.revoked'])
  assert.deepEqual(typesOf(['*', 'task.created'], KNOWN, 'types'), KNOWN)
  assert.deepEqual(typesOfEntity('task', KNOWN), ['task.created', 'task.deleted'])
})

test('a pattern that stands for nothing is refused with the nearest that does', () => {
  for (const [pattern, near] of [
    ['task.create', 'task.created'],
    ['taks.*', 'task.*'],
  ] as const)
    assert.throws(
      () => typesOf(['task.*', pattern], KNOWN, 'types'),
      (error) =>
        error instanceof Problem &&
        error.status === 400 &&
        error.detail.includes('types.1') &&
        error.detail.includes(`did you mean ${near}?`),
    )
  assert.throws(() => typesOfEntity('tasks', KNOWN), /must be one of key, task, tasklet/)
})

test('who may not read the audit trail follows the work, and is refused when asking for more', () => {
  const reader = caller('read_tasks')
  assert.deepEqual(typesToFollow(reader, undefined, KNOWN), ['task.created', 'task.deleted'])
  assert.deepEqual(typesToFollow(reader, ['*'], KNOWN), ['task.created', 'task.deleted'])
  assert.throws(
    () => typesToFollow(reader, ['task.*', 'key.*'], KNOWN),
    (error) => error instanceof Problem && error.status === 403,
  )
  const auditor = caller('read_tasks', 'read_audit')
  assert.equal(typesToFollow(auditor, undefined, KNOWN), undefined)
  assert.deepEqual(typesToFollow(auditor, ['key.*'], KNOWN), ['key.revoked'])
})

test('who may not read the audit trail may have the work sent elsewhere, and nothing of what may come', () => {
  const manager = caller('manage_webhooks')
  requireSubscription(manager, ['task.*', 'task.created'], KNOWN)
  for (const pattern of ['*', 'key.*', 'key.revoked', 'tasklet.created'])
    assert.throws(
      () => requireSubscription(manager, ['task.*', pattern], KNOWN),
      (error) =>
        error instanceof Problem &&
        error.status === 403 &&
        error.detail.includes(`Events of ${pattern} need the permission read_audit`) &&
        error.detail.includes('task.*, dependency.*, execution.*'),
      pattern,
    )
  requireSubscription(caller('manage_webhooks', 'read_audit'), ['*', 'key.*'], KNOWN)
  assert.throws(() => requireSubscription(manager, ['key.revokd'], KNOWN), /did you mean key\.revoked\?/)
})

test('a stored pattern that stands for nothing any more covers nothing', () => {
  assert.deepEqual(typesCovered(['task.*', 'gone.created'], KNOWN), ['task.created', 'task.deleted'])
  assert.deepEqual(typesCovered(['*'], KNOWN), KNOWN)
})
