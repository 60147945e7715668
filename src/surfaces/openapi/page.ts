import type { Assembly } from '../../kernel/application.ts'
import type { Guide, Operation } from '../../kernel/operation.ts'
import type { Channel, SocketMessage } from '../../kernel/socket.ts'
import { channelsOf } from './asyncapi.ts'
import { operationId, permissionSentence, tagOf } from './document.ts'
import { html, inline, prose, type Html } from './html.ts'
import { manifest } from './manifest.ts'
import { OTHER_DOORS } from './other-doors.ts'
import { listProblems, type ListedProblem } from './problem-codes.ts'
import { requestTarget, splitInput } from './request.ts'

const section = (id: string, title: string, ...content: (Html | Html[])[]): Html =>
  html`<section id="${id}">
    <h2><a href="#${id}">${title}</a></h2>
    ${content}
  </section>`

const json = (value: unknown): Html => html`<pre><code>${JSON.stringify(value, null, 2)}</code></pre>`

/** A cairn, in the page itself: browsers ask for an icon, and there is nothing else to serve. */
const ICON =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='%235b6675'>" +
  "<ellipse cx='8' cy='13' rx='7' ry='2.6'/><ellipse cx='8' cy='8' rx='5' ry='2.2'/><ellipse cx='8' cy='3.6' rx='3' ry='1.9'/></svg>"

/** Where an operation stands in the list of this page. */
const anchorOf = (op: Operation): string => `operation-${operationId(op)}`

const linkTo = (op: Operation): Html => html`<a href="#${anchorOf(op)}"><code>${op.name}</code></a>`

const BEGIN = section(
  'begin',
  'Begin',
  prose(
    'Every request carries a key: `Authorization: Bearer KEY`. The server says at its start where the operator’s key ' +
      'is; agents and people get keys of their own, each with the permissions of its user’s roles.',
  ),
  html`<pre><code>curl -H "Authorization: Bearer $CAIRN_API_KEY" $CAIRN_URL/whoami</code></pre>`,
  prose(
    'The same operations are on the command line: `cairn api` lists them, and `cairn api OPERATION --help` says what ' +
      'one takes. `/openapi.json` is the whole contract for programs.',
  ),
)

const RULES: readonly (readonly [string, string])[] = [
  [
    'Input',
    'Each field has one source: path, query or body. An unknown field or parameter is refused and named. Out of range is refused, never clamped.',
  ],
  [
    'Errors',
    'Problem documents (RFC 9457) with a stable `code`; `detail` says what to do next. The codes are listed below.',
  ],
  [
    'Retries',
    'Every POST takes `Idempotency-Key`: the same key with the same request gives the first answer again, for 24 hours.',
  ],
  [
    'Concurrency',
    'What carries a `version` gives it as `ETag`; send it back as `If-Match`, and a stale change is refused.',
  ],
  [
    'Lists',
    'JSON arrays, `limit` rows at a time; `Link: <…>; rel="next"` leads to the next page, and is absent on the last.',
  ],
  ['Times', 'RFC 3339 in UTC. Durations are whole seconds, efforts minutes, money dollars.'],
  ['Requests', 'Every answer has `X-Request-Id`, which is also in the log and in the record.'],
]

const rules = (): Html =>
  section(
    'rules',
    'Rules for every route',
    html`<dl>
      ${RULES.map(
        ([subject, rule]) =>
          html`<dt>${subject}</dt>
            <dd>${inline(rule)}</dd>`,
      )}
    </dl>`,
  )

function renderStep(assembly: Assembly, { operation, text }: Guide['steps'][number]): Html {
  const op = assembly.operations.get(operation)
  if (!op) throw new Error(`a guide speaks of ${operation}, which is no operation`)
  const example = op.examples?.[0]
  const parts = example && splitInput(op, example.input as Record<string, unknown>)
  return html`<li>
    ${prose(text)}
    <p class="route">
      <b>${op.http.method}</b> <code>${parts ? requestTarget(op, parts) : op.http.path}</code> ${linkTo(op)}
    </p>
    ${parts?.body === undefined ? undefined : json(parts.body)}
    ${
      example && op.http.status !== 204
        ? html`<details>
            <summary>Answer ${op.http.status}</summary>
            ${json(example.output)}
          </details>`
        : undefined
    }
  </li>`
}

const renderGuide = (assembly: Assembly, guide: Guide): Html =>
  section(
    `guide-${guide.id}`,
    guide.title,
    prose(guide.introduction),
    html`<ol class="steps">
      ${guide.steps.map((step) => renderStep(assembly, step))}
    </ol>`,
  )

const renderOperation = (op: Operation): Html =>
  html`<tr id="${anchorOf(op)}">
    <td><b class="${op.http.method.toLowerCase()}">${op.http.method}</b></td>
    <td><code>${op.http.path}</code></td>
    <td>
      ${op.summary}
      <small
        >${inline(permissionSentence(op))}
        <a href="#/${tagOf(op)}/${operationId(op)}"><code>${op.name}</code></a></small
      >
    </td>
  </tr>`

function operations(all: readonly Operation[]): Html {
  const tags = [...new Set(all.map(tagOf))]
  return section(
    'operations',
    'Operations',
    tags.map(
      (tag) =>
        html`<h3 id="tag-${tag}">${tag}</h3>
          <table>
            <tbody>
              ${all.filter((op) => tagOf(op) === tag).map(renderOperation)}
            </tbody>
          </table>`,
    ),
  )
}

const renderMessages = (who: string, messages: readonly SocketMessage[]): Html[] =>
  messages.map(
    ({ name, summary, example }) =>
      html`<li>
        <p>${who} <code>${name}</code>: ${inline(summary)}</p>
        <details>
          <summary>Example</summary>
          ${json(example)}
        </details>
      </li>`,
  )

const renderChannel = ({ name, path, summary, description, receives, sends, closes }: Channel): Html =>
  html`<h3 id="channel-${name.replaceAll('.', '_')}">${summary}</h3>
    <p class="route"><b>WebSocket</b> <code>${path}</code> <code>${name}</code></p>
    ${prose(description)}
    <ul class="steps">
      ${renderMessages('A client sends', receives)} ${renderMessages('The server sends', sends)}
    </ul>
    <table>
      <tbody>
        ${Object.entries(closes).map(
          ([code, meaning]) =>
            html`<tr>
              <td><code>${code}</code></td>
              <td>${inline(meaning)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`

const channels = (all: readonly Channel[]): Html =>
  section(
    'channels',
    'WebSockets',
    prose('Messages are JSON, one object each. `/asyncapi.json` is the whole contract for programs.'),
    all.map(renderChannel),
  )

const renderProblem = ({ code, statuses, meaning, operations: of }: ListedProblem): Html =>
  html`<tr id="problem-${code}">
    <td>
      <a href="#problem-${code}"><code>${code}</code></a>
    </td>
    <td>${statuses.join(', ')}</td>
    <td>
      ${meaning ? inline(meaning) : undefined}
      ${of.flatMap((op, index) => [index > 0 ? ', ' : '', linkTo(op)])}
    </td>
  </tr>`

const problems = (assembly: Assembly): Html =>
  section(
    'problems',
    'Problems',
    prose(
      'The `type` of a problem document leads here. Beside each code: its status, and which operations give it.',
    ),
    html`<table>
      <tbody>
        ${listProblems(assembly).map(renderProblem)}
      </tbody>
    </table>`,
  )

/** Words with a sentence each. */
const glossary = (id: string, title: string, text: string, words: Readonly<Record<string, string>>): Html =>
  section(
    id,
    title,
    prose(text),
    html`<table>
      <tbody>
        ${Object.entries(words).map(
          ([word, sentence]) =>
            html`<tr>
              <td><code>${word}</code></td>
              <td>${sentence}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  )

/** Addresses of the page's own files. */
export interface PageAssets {
  readonly styles: readonly string[]
  readonly scripts: readonly string[]
}

/** The page at /docs: readable without JavaScript, with an explorer of the API for those who have it. */
export function documentationPage(assembly: Assembly, { styles, scripts }: PageAssets): string {
  const guides = assembly.features.flatMap((feature) => feature.guides ?? [])
  const all = [...assembly.operations.values()]
  const contents = [
    ['begin', 'Begin'],
    ...guides.map(({ id, title }) => [`guide-${id}`, title]),
    ['rules', 'Rules'],
    ['operations', 'Operations'],
    ['channels', 'WebSockets'],
    ['doors', 'Other doors'],
    ['permissions', 'Permissions'],
    ['events', 'Events'],
    ['problems', 'Problems'],
    ['explorer', 'Explorer'],
  ]
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="icon" href="${ICON}" />
        <title>Cairn Codex ${manifest.version}</title>
        ${styles.map((address) => html`<link rel="stylesheet" href="${address}" />`)}
      </head>
      <body>
        <header>
          <h1>Cairn Codex <small>${manifest.version}</small></h1>
          <p>
            ${manifest.description}. <a href="/openapi.json">/openapi.json</a>,
            <a href="/asyncapi.json">/asyncapi.json</a>
          </p>
          <nav>${contents.map(([id, title]) => html`<a href="#${id}">${title}</a> `)}</nav>
        </header>
        <main>
          ${BEGIN} ${guides.map((guide) => renderGuide(assembly, guide))} ${rules()} ${operations(all)}
          ${channels(channelsOf(assembly))} ${section('doors', 'Other doors', prose(OTHER_DOORS))}
          ${glossary('permissions', 'Permissions', 'What a role may permit.', assembly.permissions)}
          ${glossary('events', 'Events', 'What the record says, by the type of its rows.', assembly.events)}
          ${problems(assembly)}
          ${section(
            'explorer',
            'Explorer',
            html`<noscript
                ><p>
                  The explorer needs JavaScript. What it shows is in the lists above and in
                  <a href="/openapi.json">/openapi.json</a>.
                </p></noscript
              >
              <div id="swagger"></div>`,
          )}
        </main>
        ${scripts.map((address) => html`<script src="${address}" defer></script>`)}
      </body>
    </html> `.text
}
