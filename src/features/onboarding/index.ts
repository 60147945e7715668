import type { Feature } from '../../kernel/operation.ts'
import { initCommand } from './init.ts'
import { onboardCommand } from './onboard.ts'

/** How a project's agents get to know the server: their clients' configuration, and lines for its AGENTS.md. */
export const onboarding: Feature = {
  name: 'onboarding',
  commands: [initCommand, onboardCommand],
}
