import { presetsSettingSchema } from './presetsSchema.mjs';

const setting = 'dffmpeg.presets';
/** What a person wrote of the setting; everything else comes from the preset's schema. */
const kept = ['default', 'order', 'scope', 'markdownDescription'];

/** The manifest with the schema in the setting. */
export function withPresetsSetting(manifest) {
  const copy = JSON.parse(JSON.stringify(manifest));
  const section = findSection(copy);
  section.properties ??= {};
  const current = section.properties[setting] ?? {
    default: {},
    markdownDescription: 'Presets of your own, by name.',
  };
  const written = Object.entries(current).filter(([key]) => kept.includes(key));
  section.properties[setting] = { ...Object.fromEntries(written), ...presetsSettingSchema() };
  return copy;
}

/** `configuration` is one section or a list of them. */
function findSection(manifest) {
  manifest.contributes ??= {};
  manifest.contributes.configuration ??= { title: 'DFFmpeg', properties: {} };
  const sections = [manifest.contributes.configuration].flat();
  return sections.find((section) => section.properties?.[setting] !== undefined) ?? sections[0];
}
