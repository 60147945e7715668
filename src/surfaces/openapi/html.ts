/** Text that is HTML already. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Child = Html | string | number | undefined | readonly Child[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const render = (child: Child): string => {
  if (child === undefined) return ''
  if (child instanceof Html) return child.text
  if (typeof child === 'object') return child.map(render).join('')
  return String(child).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}

/** HTML of a template: what is put into it is escaped, except HTML itself. */
export const html = (parts: TemplateStringsArray, ...children: Child[]): Html =>
  new Html(parts.map((part, index) => part + render(children[index])).join(''))

/** A text with `code` in backticks, and blank lines between its paragraphs. */
export const prose = (text: string): Html[] =>
  text.split('\n\n').map((paragraph) => html`<p>${inline(paragraph)}</p>`)

/** A line with `code` in backticks. */
export const inline = (line: string): (Html | string)[] =>
  line.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))
