import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { markdown } from './markdown.ts'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures')
const parsed = markdown(readFileSync(join(FIXTURES, 'backlog.md'), 'utf8'))
const item = (ref: string) => {
  const found = parsed.items.find(({ source_ref }) => source_ref === ref)
  assert.ok(found, `${ref} is among the items`)
  return found
}

const titles = (text: string): string[] => markdown(text).items.map(({ title }) => title)
const refs = (text: string): string[] => markdown(text).items.map(({ source_ref }) => source_ref)
const waits = (text: string): string[] => markdown(text).edges.map(({ from, to }) => `${from} > ${to}`)

describe('what begins a task', () => {
  test('a heading of any level or a bold line with an identifier does', () => {
    assert.deepEqual(
      refs(
        '# 1. a\n**B17: b**\n#### Issue 12: c\n###### ENG-4: d\n### 1.2. e\n**Issue #3: f**\n## Task T1. g ##\n',
      ),
      ['1', 'B17', '12', 'ENG-4', '1.2', '3', 'T1'].map((id) => `markdown:${id}`),
    )
  })

  test('a heading without one, a bold label, a bare number in bold and indented code do not', () => {
    assert.deepEqual(
      titles(
        '# Phase 1: a\n**Note:** b\n**1. c**\n    ### 2. d\n### 1.5x faster\n#hash 1. e\n####### 1. f\n**B1: open\n',
      ),
      [],
    )
  })

  test('a box at the top of a task list does, ticked or not, and is completed when it is ticked', () => {
    const { items } = markdown('- [ ] a\n* [x] **S7: b**\n+ [X] c\n1. [ ] d\n  - [ ] below\n- [y] no box\n')
    assert.deepEqual(
      items.map(({ title, state }) => [title, state]),
      [
        ['a', 'ready'],
        ['b', 'completed'],
        ['c', 'completed'],
        ['d', 'ready'],
      ],
    )
    assert.equal(items[1]?.source_ref, 'markdown:S7')
  })

  test('nothing does in a code fence, a comment or a front matter', () => {
    assert.deepEqual(titles('```\n### 1. a\n~~~\n### 2. b\n```\n### 3. c\n'), ['c'])
    assert.deepEqual(titles('~~~~ md\n### 1. a\n~~~\n### 2. b\n~~~~\n### 3. c\n'), ['c'])
    assert.deepEqual(titles('<!--\n### 1. a\n-->\n<!-- b -->\n### 3. c\n'), ['c'])
    assert.deepEqual(titles('---\nkey: a\n# 1. b\n---\n# 2. c\n'), ['c'])
  })
})

describe("a task's text", () => {
  test('goes up to the next task or group, without the rules and empty lines around it', () => {
    assert.equal(item('markdown:W2').description, "Depends on: W1, the queen's blessing\nBlocked by: none")
    assert.equal(
      markdown('### 1. a\r\nb\r\n\r\n---\r\nc\r\n\r\n***\r\n').items[0]?.description,
      'b\n\n---\nc',
    )
  })

  test('holds the deeper headings and the boxes below a heading that is a task', () => {
    assert.match(item('markdown:1').description, /#### Acceptance\n\n- \[ \] a box in a task is text$/)
  })

  test('of a box is what is indented below it, and the rest of its paragraph', () => {
    const { items, lost_fields } = markdown('- [ ] a\n  b\n\n  c\nnot c\n\n- [ ] d\ngoes on\n- e\n')
    assert.deepEqual(
      items.map(({ description }) => description),
      ['  b\n\n  c\nnot c', 'goes on'],
    )
    assert.deepEqual(lost_fields, { lines_outside_tasks: 1 })
  })

  test('stands as it is, and may say the effort and the priority', () => {
    const task = item('markdown:W1')
    assert.deepEqual([task.effort_estimate, task.priority], [90, 5])
    assert.match(
      task.description,
      /^Wax before honey\.\n\nEffort: 1h 30m\n- \*\*Priority:\*\* critical\n\n```md\n/,
    )
  })

  test('outside any task has no place, and its lines are counted', () => {
    assert.deepEqual(parsed.lost_fields, { lines_outside_tasks: 5 })
  })
})

test('efforts are read in hours and minutes, and anything else is only text', () => {
  const efforts = [
    '30m',
    '2h',
    '1h30m',
    '1.5 hours',
    '**45 min**',
    '~90 minutes.',
    '3',
    '1d',
    'forever',
    '2h or 3h',
  ]
  assert.deepEqual(
    efforts.map((effort) => markdown(`### 1. a\nEffort: ${effort}\n`).items[0]?.effort_estimate),
    [30, 120, 90, 90, 45, 90, null, null, null, null],
  )
})

test('priorities are read as words, as P0 to P4 and as 1 to 5, and the first one counts', () => {
  const words = [
    'Urgent',
    'high',
    'medium',
    'LOW',
    'lowest',
    'P0',
    'P1 (soon)',
    'p4',
    '5',
    '1',
    '0',
    '6',
    'purple',
  ]
  assert.deepEqual(
    words.map((word) => markdown(`### 1. a\n- **Priority**: ${word}\nPriority: low\n`).items[0]?.priority),
    [5, 4, 3, 2, 1, 5, 4, 1, 5, 1, 2, 2, 2],
  )
})

describe('groups', () => {
  test('are the headings above a task: their path is metadata and the innermost one is a tag', () => {
    assert.deepEqual(item('markdown:W1').metadata, { markdown_group: 'The hive > Wax (W1-W2)' })
    assert.deepEqual(item('markdown:W1').tags, ['wax-w1-w2'])
    assert.deepEqual(parsed.kept_as_metadata, { group: parsed.items.length })
  })

  test('end where a heading of their level or a higher one begins', () => {
    const { items } = markdown('# A\n### B\n**T1: a**\n## C\n**T2: b**\n# D\n**T3: c**\n### 4. d\n')
    assert.deepEqual(
      items.map(({ metadata }) => metadata['markdown_group']),
      ['A > B', 'A > C', 'D', 'D'],
    )
  })

  test('may be underlined, while three hyphens below a paragraph are a rule', () => {
    const { items } = markdown('A\n===\n\nB\n----\n**T1: a**\n\ntext\n---\nmore\n')
    assert.deepEqual(
      items.map(({ metadata, description }) => [metadata['markdown_group'], description]),
      [['A > B', 'text\n---\nmore']],
    )
  })
})

describe('the name of a task', () => {
  test('is its identifier, also when title, text and group change', () => {
    assert.deepEqual(refs('# A\n**B1: a**\nx\n'), refs('# C\n## D\n### B1. b\ny\n'))
  })

  test('comes from its groups and title without one', () => {
    assert.equal(item('markdown:the-hive/odds-and-ends/guard-the-gate').title, 'Guard the gate')
    assert.deepEqual(refs('- [ ] Ünïcode, too!\n- [ ] ???\n'), ['markdown:ünïcode-too', 'markdown:untitled'])
  })

  test('is its own for each of several tasks that share identifier or title', () => {
    assert.deepEqual(refs('# A\n### 1. a\n### 1. b\n### 1. c\n# B\n### 1. d\n- [ ] text of d\n'), [
      'markdown:1',
      'markdown:a/1',
      'markdown:a/1-2',
      'markdown:b/1',
    ])
    assert.equal(new Set(parsed.items.map(({ source_ref }) => source_ref)).size, parsed.items.length)
    assert.deepEqual(refs('- [ ] a\n- [ ] a\n- [ ] a-2\n- [ ] a\n'), [
      'markdown:a',
      'markdown:a-2',
      'markdown:a-2-2',
      'markdown:a-3',
    ])
  })

  test('keeps to its limit in a thicket of long groups, and stays unique', () => {
    const thicket = '日本語'.repeat(60)
    const text = [1, 2, 3, 4, 5, 6].map((level) => `${'#'.repeat(level)} ${thicket}\n`).join('')
    const names = refs(`${text}- [ ] ${thicket}\n- [ ] ${thicket} b\n- [ ] ${thicket}\n`)
    assert.equal(new Set(names).size, 3)
    for (const name of names) assert.ok(Buffer.byteLength(name) <= 512)
  })
})

describe('dependencies', () => {
  test('are the lines Depends on and Blocked by, and what they name need not exist', () => {
    assert.deepEqual(
      parsed.edges.map(({ line, from, to }) => [line, from, to]),
      [
        [23, 'markdown:W2', 'markdown:W1'],
        [23, 'markdown:W2', 'markdown:the-queen-s-blessing'],
        [32, 'markdown:1', 'markdown:W2'],
        [32, 'markdown:1', 'markdown:2'],
        [40, 'markdown:2', 'markdown:1'],
      ],
    )
    assert.ok(parsed.edges.every(({ type }) => type === 'hard'))
  })

  test('name tasks by identifier in any spelling, by title, or by a title that holds a comma', () => {
    const text = '### B2. Wax, honey and bees\n### 3. Stings\n### 4. d\n'
    for (const name of [
      'b2',
      '#B2',
      '[B2](#wax)',
      'Issue B2: its title',
      'B2 (soon)',
      '`B2`',
      'wax, honey and bees',
    ])
      assert.deepEqual(waits(`${text}Depends on: ${name}\n`), ['markdown:4 > markdown:B2'], name)
    for (const name of ['3', '#3', '#3.', 'stings'])
      assert.deepEqual(waits(`${text}* **Blocked by:** ${name}\n`), ['markdown:4 > markdown:3'], name)
    assert.deepEqual(waits(`${text}Depends on: #3; B2 & B9\n`), [
      'markdown:4 > markdown:3',
      'markdown:4 > markdown:B2',
      'markdown:4 > markdown:B9',
    ])
  })

  test('of a shared identifier lead to the task of the same group', () => {
    assert.deepEqual(waits('# A\n### 1. a\n# B\n### 1. b\n### 2. c\nDepends on: 1\n'), [
      'markdown:2 > markdown:b/1',
    ])
  })

  test('are not made of prose, of nothing, or of code', () => {
    for (const line of [
      'Depends on the weather',
      'It depends on: B1',
      'Blocked by: none',
      'Depends on: -',
      '```\nDepends on: 2',
    ])
      assert.deepEqual(waits(`### 1. a\n${line}\n`), [], line)
  })
})

test('a fence or a comment that never closes is an error, since it may have swallowed tasks', () => {
  const { items, errors } = markdown(readFileSync(join(FIXTURES, 'backlog-damaged.md'), 'utf8'))
  assert.deepEqual(
    items.map(({ source_ref }) => source_ref),
    ['markdown:1'],
  )
  assert.deepEqual(errors, [
    { line: 11, message: 'a code fence opens here and never closes: no task was read after it' },
  ])
  assert.deepEqual(markdown('a\n<!-- b\n### 1. c\n').errors, [
    { line: 2, message: 'a comment opens here and never closes: no task was read after it' },
  ])
})

const BACKLOG = join(import.meta.dirname, '../../../..', '../shared/backlog.md')
test(
  "the owner's own backlog is exactly its 85 items",
  { skip: !existsSync(BACKLOG) && 'needs ../shared/backlog.md' },
  () => {
    const { items, edges, skipped, errors, lost_fields } = markdown(readFileSync(BACKLOG, 'utf8'))
    const ids = [
      ...Array.from({ length: 5 }, (_, n) => `markdown:I${n + 1}`),
      ...Array.from({ length: 80 }, (_, n) => `markdown:B${n + 1}`),
    ]
    assert.deepEqual(
      items.map(({ source_ref }) => source_ref),
      ids,
    )
    assert.ok(items.every(({ description, metadata }) => description && metadata['markdown_group']))
    assert.deepEqual([edges, skipped, errors], [[], [], []])
    assert.deepEqual(lost_fields, { lines_outside_tasks: 4 })
  },
)
