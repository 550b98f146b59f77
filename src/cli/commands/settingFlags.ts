import { Option, type Command } from 'commander';
import { flagOf, variableOf } from '../../protocol/settingRow.ts';

/** A flag for each of the daemon's settings that has one. `hidden`: not in the help of the command, which names its own. */
export async function addSettingFlags(
  command: Command,
  { hidden = false, except }: { readonly hidden?: boolean; readonly except?: string } = {},
): Promise<void> {
  const { flagSettingKeys, settingRow } = await import('../../daemon/config.ts');
  for (const key of flagSettingKeys.filter((each) => each !== except)) {
    const row = settingRow(key);
    const option = new Option(`${flagOf(key)} <value>`, `${row.doc} (${variableOf(key)})`);
    if (row.repeatable) option.argParser(addLine);
    command.addOption(option.hideHelp(hidden));
  }
}

function addLine(value: string, before: string | undefined): string {
  return before === undefined ? value : `${before}\n${value}`;
}
