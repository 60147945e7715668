import { writeFileSync } from 'node:fs'
import { OPENAPI_FILE, openApiTypes } from './document.ts'

// `npm run client:generate`: to be run after a change of any operation's input, output, problems or description.
writeFileSync(OPENAPI_FILE, await openApiTypes())
