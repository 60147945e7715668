import type { Lesson } from '../../kernel/tool.ts'

/** What an agent needs to know of its loop; its length is held to 400 tokens by a test. */
export const guide: Lesson = {
  name: 'guide',
  title: 'How to work with Cairn',
  description: "The loop of an agent, in a minute's reading",
  opening:
    'A graph of tasks shared by many agents. Loop: next, show, work, complete with next: true. More: cairn://guide',
  text: `# Working with Cairn

Many agents drain one graph of tasks; no task is ever given to two. Tasks have short numbers, such as 17.

1. \`next\` gives you the most urgent task that can start, and a lease such as 17-3. Pass that lease to every later call. Nothing to do? \`wait_seconds: 30\` waits; after a few empty answers, stop.
2. \`show\` tells what earlier attempts noted and what the prerequisites produced. Read it before you work.
3. A lease lasts 15 minutes. Call \`heartbeat\` well before it ends, with your progress. If it says stop, \`release\`.
4. End it:
   - done: \`complete\` with \`result\`, a short JSON that dependents will read; \`next: true\` claims the next task in the same call.
   - it can't work: \`complete\` with \`error\`.
   - you can't go on: \`release\` with a \`note\` of what you found out.

\`lease_lost\`: the task is somebody else's now. Drop the work, undo nothing, call \`next\`.

Found more work? \`plan\` creates tasks with their graph in one call: name them by \`ref\`, and say in \`depends_on\` what each waits for. First \`find\` whether it is there already. Small tasks, clear titles: whoever takes one knows only what it says.

An error says what to do next; do that rather than repeat the call.
`,
}
