/** What a document is made of. */
export type YamlValue = string | number | boolean | readonly YamlValue[] | { readonly [key: string]: YamlValue };

/** A document as YAML 1.2 in block style. Texts that YAML might take for something else are quoted as in JSON. */
export function toYaml(value: YamlValue): string {
  return `${block(value, 0)}\n`;
}

function block(value: YamlValue, depth: number): string {
  const indent = '  '.repeat(depth);
  if (isList(value)) {
    if (value.length === 0) return '[]';
    return value.map((item) => `${indent}- ${block(item, depth + 1).trimStart()}`).join('\n');
  }
  if (typeof value !== 'object') return typeof value === 'string' ? scalar(value) : String(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  return entries.map(([key, entry]) => `${indent}${scalar(key)}:${after(entry, depth)}`).join('\n');
}

function after(value: YamlValue, depth: number): string {
  const nested = typeof value === 'object' && Object.keys(value).length > 0;
  return nested ? `\n${block(value, depth + 1)}` : ` ${block(value, depth)}`;
}

function scalar(text: string): string {
  return /^[A-Za-z/][A-Za-z0-9_./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);
}

function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value);
}
