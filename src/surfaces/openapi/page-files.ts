/** The style sheet of the documentation page. */
export const PAGE_STYLE = `
:root { color-scheme: light; --ink: #1d2430; --soft: #5b6675; --line: #e2e6ec; --ground: #fff; --code: #f4f6f9; --link: #0b5cad }
* { box-sizing: border-box }
html { scroll-padding-top: 1rem }
body { margin: 0; color: var(--ink); background: var(--ground); font: 16px/1.55 system-ui, sans-serif }
header, main { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem }
header { padding-top: 2rem; border-bottom: 1px solid var(--line) }
h1 { margin: 0; font-size: 1.9rem } h1 small { color: var(--soft); font-size: 1rem; font-weight: 400 }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.35rem } h2 a { color: inherit; text-decoration: none }
h3 { margin: 1.5rem 0 .5rem; font-size: 1.05rem }
a { color: var(--link) }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; padding: .75rem 0 }
code { font: .875em/1.5 ui-monospace, monospace }
p code, dd code, td code { overflow-wrap: anywhere }
section:not(#explorer) pre { margin: .5rem 0; padding: .75rem 1rem; overflow-x: auto; background: var(--code); border-radius: 6px }
main > section > table { width: 100%; border-collapse: collapse; table-layout: fixed }
#operations td:nth-child(1) { width: 4.5rem } #operations td:nth-child(2) { width: 22rem }
#problems td:nth-child(1) { width: 17rem } #problems td:nth-child(2) { width: 4.5rem }
#permissions td:nth-child(1), #events td:nth-child(1) { width: 14rem }
main > section > table td { padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
td small { display: block; color: var(--soft) }
tr:target td, section:target h2 { background: #fff6d6 }
dl { display: grid; grid-template-columns: 8rem 1fr; gap: .5rem 1rem } dt { font-weight: 600 } dd { margin: 0 }
.steps > li { margin-bottom: 1.25rem } .route { margin: .25rem 0 }
b.get, b.post, b.patch, b.delete { font: 600 .8rem/1.5 ui-monospace, monospace }
b.get { color: #0b5cad } b.post { color: #16703c } b.patch { color: #8a5a00 } b.delete { color: #b3261e }
#explorer { margin-bottom: 4rem } #explorer .swagger-ui .wrapper { padding: 0 } #explorer .swagger-ui .info { display: none }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr } dd { margin-bottom: .5rem } }
`

/** Starts the explorer, from the document of this server and nothing else. */
export const EXPLORER_SCRIPT = `'use strict'
const explorer = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger',
  presets: [SwaggerUIBundle.presets.apis],
  layout: 'BaseLayout',
  deepLinking: true,
  docExpansion: 'none',
  defaultModelsExpandDepth: -1,
  filter: true,
  validatorUrl: null,
  persistAuthorization: false,
})
addEventListener('hashchange', () => {
  if (location.hash.startsWith('#/')) explorer.layoutActions.parseDeepLinkHash(location.hash)
})
`
