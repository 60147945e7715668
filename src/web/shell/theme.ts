import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

/** The one accent colour. */
const teal: MantineColorsTuple = [
  '#e6f7f5',
  '#c8ebe7',
  '#94d8d0',
  '#5cc4b9',
  '#2fb0a4',
  '#149c90',
  '#0d8379',
  '#0f6f67',
  '#125952',
  '#0c403b',
]

/** Dark enough for white words on it. */
const red: MantineColorsTuple = [
  '#fdecea',
  '#fbd5d1',
  '#f5aaa3',
  '#ec7c72',
  '#e05549',
  '#d23f33',
  '#c62f25',
  '#b42318',
  '#941c13',
  '#73160f',
]

/** Greys with a little blue in them, as colours.css has them; from light to dark. */
const dark: MantineColorsTuple = [
  '#e4e7ea',
  '#b9c1c9',
  '#9aa4af',
  '#6b7580',
  '#3a4048',
  '#2c3137',
  '#1f2328',
  '#16181b',
  '#121416',
  '#0e1012',
]

/** Dense and calm: 13 px text, small controls, thin lines. */
export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  colors: { teal, red, dark },
  defaultRadius: 6,
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '11px', sm: '13px', md: '14px', lg: '16px', xl: '19px' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '17px' }, h2: { fontSize: '14px' }, h3: { fontSize: '13px' } },
  },
  spacing: { xs: '6px', sm: '10px', md: '14px', lg: '20px', xl: '28px' },
  components: {
    Alert: { styles: { label: { color: 'var(--ink)' } } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 'md' } },
    Button: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs' } },
    MultiSelect: { defaultProps: { size: 'xs' } },
    TagsInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Table: { defaultProps: { verticalSpacing: 4, horizontalSpacing: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false, fz: 'xs' } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Dismiss' } } },
    Menu: { defaultProps: { shadow: 'md', withinPortal: true, withInitialFocusPlaceholder: false } },
    Modal: {
      defaultProps: {
        centered: false,
        yOffset: '10vh',
        radius: 8,
        overlayProps: { opacity: 0.35 },
        closeButtonProps: { 'aria-label': 'Close' },
      },
    },
  },
})

const OURS = {
  '--mantine-color-body': 'var(--ground)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--soft)',
  '--mantine-color-placeholder': 'var(--soft)',
  '--mantine-color-error': 'var(--bad)',
  '--mantine-color-anchor': 'var(--accent)',
  '--mantine-color-default': 'var(--ground)',
  '--mantine-color-default-hover': 'var(--raised)',
  '--mantine-color-default-border': 'var(--line)',
  '--mantine-color-default-color': 'var(--ink)',
}

/** Mantine's own colours are ours (colours.css), in both schemes. */
export const variables: CSSVariablesResolver = () => ({ variables: {}, light: OURS, dark: OURS })
