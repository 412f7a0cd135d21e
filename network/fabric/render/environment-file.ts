/** An environment as systemd's EnvironmentFile and the shell both read it. */
export function environmentFile(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => {
      if (/["\\$`\n]/.test(value)) throw new Error(`${name} cannot be quoted: ${value}`)
      return `${name}="${value}"\n`
    })
    .join('')
}
