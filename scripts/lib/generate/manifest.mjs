import { presetsJsonSchema } from './presetsSchema.mjs';

const setting = 'dffmpeg.presets';

/** The manifest with the schema in the setting; title, order, scope and description stay as they are. */
export function withPresetsSetting(manifest) {
  const copy = JSON.parse(JSON.stringify(manifest));
  const section = findSection(copy);
  section.properties ??= {};
  const current = section.properties[setting] ?? {
    default: {},
    markdownDescription: 'Presets of your own, by name.',
  };
  section.properties[setting] = { ...current, ...presetsJsonSchema() };
  return copy;
}

/** `configuration` is one section or a list of them. */
function findSection(manifest) {
  manifest.contributes ??= {};
  manifest.contributes.configuration ??= { title: 'DFFmpeg', properties: {} };
  const sections = [manifest.contributes.configuration].flat();
  return sections.find((section) => section.properties?.[setting] !== undefined) ?? sections[0];
}
