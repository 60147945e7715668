import type { Look } from './scene.ts'

/** The colours of the page as a canvas takes them. */
export interface Palette {
  readonly ground: string
  readonly raised: string
  readonly line: string
  readonly ink: string
  readonly soft: string
  readonly accent: string
  readonly critical: string
  readonly font: string
  readonly mono: string
  readonly status: Readonly<Record<Look, string>>
}

/** Reads the page's colours, as they are now in light or dark, through an element that takes each in turn. */
export function paletteOf(host: HTMLElement): Palette {
  const probe = document.createElement('span')
  probe.hidden = true
  host.append(probe)
  const colour = (name: string): string => {
    probe.style.color = `var(${name})`
    return getComputedStyle(probe).color
  }
  const style = getComputedStyle(host)
  const palette: Palette = {
    ground: colour('--ground'),
    raised: colour('--raised'),
    line: colour('--line'),
    ink: colour('--ink'),
    soft: colour('--soft'),
    accent: colour('--accent'),
    critical: colour('--bad'),
    font: style.fontFamily,
    mono: style.getPropertyValue('--mantine-font-family-monospace') || 'monospace',
    status: {
      ready: colour('--status-ready'),
      waiting: colour('--status-waiting'),
      assigned: colour('--status-assigned'),
      in_progress: colour('--status-in_progress'),
      completed: colour('--status-completed'),
      failed: colour('--status-failed'),
      split: colour('--status-split'),
    },
  }
  probe.remove()
  return palette
}
