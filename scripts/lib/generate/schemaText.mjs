/** A JSON schema as TypeScript would write the type: short, for people. `$ref` becomes the name it ends in. */
export function typeText(schema, indent = '') {
  if (schema === true || schema === undefined) return 'unknown';
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return options.map((option) => typeText(option, indent)).join(' | ');
  if (schema.type === 'array') return arrayText(schema, indent);
  if (schema.type === 'object') return objectText(schema, indent);
  if (schema.type === undefined) return 'unknown';
  return schema.type;
}

function arrayText({ items }, indent) {
  const text = typeText(items ?? true, indent);
  return text.includes(' | ') ? `(${text})[]` : `${text}[]`;
}

function objectText(schema, indent) {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0)
    return typeof schema.additionalProperties === 'object' &&
      Object.keys(schema.additionalProperties).length > 0
      ? `{ [name]: ${typeText(schema.additionalProperties, indent)} }`
      : '{}';
  const inner = `${indent}  `;
  const lines = properties.map(([name, child]) => {
    const optional = !schema.required?.includes(name);
    const text = `${name}${optional ? '?' : ''}: ${typeText(child, inner)}`;
    return child.default === undefined ? text : `${text} = ${JSON.stringify(child.default)}`;
  });
  const oneLine = `{ ${lines.join(', ')} }`;
  if (oneLine.length <= 80 && !oneLine.includes('\n')) return oneLine;
  return `{\n${lines.map((line) => `${inner}${line}`).join('\n')}\n${indent}}`;
}

/** A Markdown table. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** As Markdown shows what is typed: a backtick inside needs two around. */
export function code(value) {
  const text = String(value);
  const fence = text.includes('`') ? '``' : '`';
  return fence === '`' ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`;
}
