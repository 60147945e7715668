import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { github } from './github.ts'
import type { Parsed, ParsedItem } from './parsed.ts'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures')
const read = (name: string): Parsed => github(readFileSync(join(FIXTURES, name), 'utf8'))

const URL = 'https://github.com/hive/wax/issues/1'

/** What one issue with these fields comes to. */
const parse = (issue: object): Parsed =>
  github(JSON.stringify([{ number: 1, title: 'a', html_url: URL, ...issue }]))

function one(issue: object): ParsedItem {
  const item = parse(issue).items[0]
  assert.ok(item)
  return item
}

const FIRST: ParsedItem = {
  line: 2,
  source_ref: 'github:hive/wax#1',
  title: 'Lay the first comb',
  description: 'Wax before honey.\n',
  priority: 4,
  effort_estimate: null,
  tags: ['priority: high', 'wax'],
  metadata: {
    github_url: URL,
    github_author: 'queen',
    github_assignees: '["drone"]',
    github_milestone: 'Spring',
    github_comments: '2',
  },
  state: 'ready',
  created_at: '2024-05-14T08:53:33Z',
  updated_at: '2024-05-23T16:06:19Z',
  completed_at: null,
  assigned_worker: null,
}

describe('the shapes of issues', () => {
  test("the list of GitHub's API, without its pull requests", () => {
    const { items, skipped, errors } = read('github-api.json')
    assert.deepEqual(errors, [])
    assert.deepEqual(items[0], FIRST)
    assert.deepEqual(
      items.map(({ line, source_ref }) => [line, source_ref]),
      [
        [2, 'github:hive/wax#1'],
        [58, 'github:hive/wax#2'],
        [96, 'github:hive/wax#3'],
      ],
    )
    assert.deepEqual(skipped, [{ line: 134, source_ref: 'github:hive/wax#4', reason: 'pull_request' }])
  })

  test('the answer to a search', () => {
    const { items, errors } = read('github-search.json')
    assert.deepEqual(errors, [])
    assert.deepEqual(items[0], { ...FIRST, line: 5 })
  })

  test('what the command line writes comes to the same', () => {
    const { items, errors } = read('github-command.json')
    assert.deepEqual(errors, [])
    const { github_comments: _, ...metadata } = FIRST.metadata
    assert.deepEqual(items[0], { ...FIRST, line: 1, metadata })
    assert.deepEqual([items[1]?.state, items[1]?.completed_at], ['completed', '2024-05-20T10:00:00Z'])
    assert.match(items[1]?.metadata['github_comments'] ?? '', /"Not needed"/)
  })

  test('one issue a line, of either kind', () => {
    const { items, skipped, errors } = read('github.jsonl')
    assert.deepEqual(errors, [])
    assert.deepEqual(
      items.map(({ line, source_ref }) => [line, source_ref]),
      [
        [1, 'github:hive/wax#1'],
        [2, 'github:hive/wax#3'],
      ],
    )
    assert.deepEqual(skipped, [{ line: 3, source_ref: 'github:hive/wax#3', reason: 'duplicate_ref' }])
  })

  test('one issue alone, several lists in a row, and no issue', () => {
    const issue = { number: 1, title: 'a', html_url: URL }
    assert.equal(github(JSON.stringify(issue, null, 2)).items.length, 1)
    const other = { ...issue, html_url: 'https://github.com/hive/honey/issues/1' }
    assert.equal(github(`${JSON.stringify([issue])}\n${JSON.stringify([other])}`).items.length, 2)
    for (const text of ['', ' \n', '[]', '{"items":[]}'])
      assert.deepEqual([github(text).items, github(text).errors], [[], []], text)
  })
})

describe('the repository', () => {
  test('is read from whichever address there is, on any server', () => {
    const sources = [
      { html_url: 'https://git.hive.test/queen/wax.js/issues/7#top' },
      { url: 'https://github.com/queen/wax.js/issues/7' },
      { url: 'https://api.github.com/repos/queen/wax.js/issues/7' },
      { url: 'https://git.hive.test/api/v3/repos/queen/wax.js/issues/7' },
      { repository_url: 'https://api.github.com/repos/queen/wax.js' },
      { repository: { nameWithOwner: 'queen/wax.js' } },
      { repository: { full_name: 'queen/wax.js' } },
    ]
    for (const source of sources) {
      const { items } = github(JSON.stringify([{ number: 7, title: 'a', ...source }]))
      assert.equal(items[0]?.source_ref, 'github:queen/wax.js#7', JSON.stringify(source))
    }
  })

  test('may be unknown', () => {
    for (const html_url of [
      undefined,
      'nowhere',
      'https://github.com/issues/7',
      'https://github.com/a b/c/issues/7',
    ])
      assert.equal(one({ number: 7, html_url }).source_ref, 'github:#7')
  })
})

describe('dependencies', () => {
  test('are what lines of the body begin with: blocked by, or depends on', () => {
    const { edges } = read('github-api.json')
    assert.deepEqual(
      edges.map(({ from, to, type }) => [from, to, type]),
      ['hive/wax#1', 'hive/wax#3', 'hive/honey#4'].map((to) => ['github:hive/wax#2', `github:${to}`, 'hard']),
    )
  })

  test('are named by number, repository or address, until another word comes', () => {
    const to = (line: string) =>
      parse({ body: `words\n${line}` }).edges.map((edge) => edge.to.replace('github:', ''))
    assert.deepEqual(to('Blocked by #2, #3 and #4.'), ['hive/wax#2', 'hive/wax#3', 'hive/wax#4'])
    assert.deepEqual(to('* **Depends on**: GH-2; bees/wax#3 #4 (not #5)'), [
      'hive/wax#2',
      'bees/wax#3',
      'hive/wax#4',
    ])
    assert.deepEqual(to('depends on https://github.com/bees/wax/issues/9.'), ['bees/wax#9'])
    for (const line of [
      'Depends on us, see issue #2',
      'Unblocked by #2',
      '- [ ] #2',
      '> Blocked by #2',
      'Blocked by 2',
    ])
      assert.deepEqual(to(line), [], line)
  })
})

test('a closed issue is completed, for whatever reason, which is kept', () => {
  for (const state_reason of ['completed', 'NOT_PLANNED', 'duplicate']) {
    const item = one({ state: 'CLOSED', closed_at: '2024-05-20T10:00:00Z', state_reason })
    assert.deepEqual([item.state, item.completed_at], ['completed', '2024-05-20T10:00:00Z'])
    assert.equal(item.metadata['github_state_reason'], state_reason.toLowerCase())
  }
  assert.equal(one({ closed: true }).state, 'completed')
  assert.equal(one({ state: 'open', state_reason: 'reopened' }).state, 'ready')
})

test('a pull request is skipped, however it says that it is one', () => {
  const signs = [
    { pull_request: { url: 'x' } },
    { isPullRequest: true },
    { html_url: 'https://github.com/hive/wax/pull/1' },
    { html_url: undefined, url: 'https://api.github.com/repos/hive/wax/pulls/1' },
  ]
  for (const sign of signs) assert.equal(parse(sign).skipped[0]?.reason, 'pull_request', JSON.stringify(sign))
  assert.equal(parse({ pull_request: null }).items.length, 1)
})

test('the highest priority that a label names counts, and other labels are only tags', () => {
  const priorityOf = (...labels: string[]) => one({ labels: labels.map((name) => ({ name })) }).priority
  const five = ['P0', 'critical', 'Urgent', 'priority: critical', 'priority/critical-urgent', 'Priority - P0']
  const four = [
    'p1',
    'priority: high',
    'prio:high',
    'high-priority',
    'High Priority',
    'P1: soon',
    'priority_high',
  ]
  for (const label of five) assert.equal(priorityOf(label), 5, label)
  for (const label of four) assert.equal(priorityOf(label), 4, label)
  for (const label of ['P3', 'low priority']) assert.equal(priorityOf(label), 2, label)
  for (const label of [
    'bug',
    'high',
    'p2p',
    'P5',
    'priority',
    'high voltage',
    'priority: soon',
    'not critical',
  ])
    assert.equal(priorityOf(label), 3, label)
  assert.equal(priorityOf('low priority', 'P1', 'P4'), 4)
  assert.equal(priorityOf('low priority', 'P4'), 2)
  assert.deepEqual(one({ labels: ['P1', { name: 'wax' }] }).tags, ['P1', 'wax'])
})

test("fields for GitHub's servers alone are lost and counted, counts of nothing are not, others are kept", () => {
  const { items, lost_fields, kept_as_metadata } = parse({
    node_id: 'I_1',
    events_url: 'https://x',
    timeline_url: '',
    comments: 0,
    locked: false,
    reactions: { url: 'https://x', total_count: 0 },
    sub_issues_summary: { total: 2, completed: 1 },
    isPinned: true,
    assignee: { login: 'drone' },
    assignees: [],
    constructor: 'c',
  })
  assert.deepEqual(lost_fields, { node_id: 1, events_url: 1 })
  assert.deepEqual(items[0]?.metadata, {
    github_url: URL,
    github_sub_issues_summary: '{"total":2,"completed":1}',
    github_is_pinned: 'true',
    github_assignee: 'drone',
    github_constructor: 'c',
  })
  assert.equal(kept_as_metadata['is_pinned'], 1)
})

test('a broken issue is reported by its line, and those around it go in', () => {
  const { items, errors } = read('github-damaged.json')
  assert.deepEqual(
    items.map(({ line, source_ref }) => [line, source_ref]),
    [
      [2, 'github:hive/wax#1'],
      [5, 'github:hive/wax#3'],
    ],
  )
  assert.deepEqual(errors, [
    { line: 4, message: 'not JSON: "o" cannot stand in column 14' },
    { line: 6, message: 'is no JSON object' },
    { line: 7, message: 'has no number' },
    { line: 8, message: 'not JSON: it is cut short' },
  ])
})
