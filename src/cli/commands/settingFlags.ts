import { Option, type Command } from 'commander';
import { flagOf, variableOf } from '../../protocol/settingRow.ts';

/** A flag for each of the daemon's settings that has one. `hidden`: not in the help of the command, which names its own. */
export async function addSettingFlags(
  command: Command,
  { hidden = false, except }: { readonly hidden?: boolean; readonly except?: string } = {},
): Promise<void> {
  const { flagSettingKeys, settings } = await import('../../daemon/config.ts');
  for (const key of flagSettingKeys.filter((each) => each !== except))
    command.addOption(
      new Option(`${flagOf(key)} <value>`, `${settings[key].doc} (${variableOf(key)})`).hideHelp(hidden),
    );
}
