import type { Command } from '../../kernel/command.ts'

/** What an agent of somebody's project must know; it learns the rest from the guide. */
const LINES = `## Work: Cairn

Tasks live in Cairn (MCP server \`cairn\`), not in files or in your head. Read the resource \`cairn://guide\` once.

- Begin with the tool \`next\`, then \`show\`; work on that task alone, and \`heartbeat\` while it takes long.
- End each with \`complete\` (\`next: true\` claims the next) or, unfinished, with \`release\` and a note. Never just stop.
- New work that you find: \`find\` whether it is known, else \`plan\` it with what it depends on.
- Name tasks by their number, also in commit messages: \`#17\`.
- Without the tools: \`cairn api executions.claim --worker-id NAME --agent-type KIND\`; \`cairn api --help\` says more.`

export const onboardCommand: Command = {
  name: 'onboard',
  summary: "Print the lines for your project's AGENTS.md",
  help: 'Example: cairn onboard >> AGENTS.md',
  async run(call) {
    call.print(call.json ? JSON.stringify({ text: LINES }) : LINES)
    return 0
  },
}
