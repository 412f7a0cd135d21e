/** One CSV record without its line end; fields are quoted only where RFC 4180 needs it. */
export function csvLine(fields: readonly string[]): string {
  return fields.map(csvField).join(',')
}

function csvField(field: string): string {
  return /[",\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}
