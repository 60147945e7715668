import { listOf, setting } from '../../kernel/settings.ts'

export const mcpHosts = setting({
  name: 'CAIRN_MCP_HOSTS',
  description:
    "Host names by which agents may call /mcp, beside loopback's own where HOST is loopback, comma-separated",
  fallback: '',
  parse: listOf((text) => {
    if (!/^([a-z0-9.-]+|\[[0-9a-f:.]+\])$/i.test(text))
      throw new Error(`must list host names without ports, such as cairn.example.com, not ${text}`)
    return text.toLowerCase()
  }),
})

export const mcpSettings = [mcpHosts]
