import './kit/jitless.ts'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '@mantine/spotlight/styles.css'
import './shell/colours.css'
import './shell/page.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { startLive } from './kit/live.ts'
import { App } from './shell/app.tsx'
import { shareNonce } from './shell/nonce.ts'

shareNonce()
startLive()
const place = document.getElementById('app')
if (place)
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
