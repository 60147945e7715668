import type { Feature } from '../../kernel/operation.ts'
import { getDashboard } from './operations.ts'

/** How the work goes: figures for the dashboard, made by the server in one answer. */
export const dashboard: Feature = { name: 'dashboard', operations: [getDashboard] }
