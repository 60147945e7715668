import { z } from 'zod'

// Zod otherwise tries whether it may compile code, which the Content-Security-Policy forbids and reports.
z.config({ jitless: true })
