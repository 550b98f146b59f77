import { aom, svtav1, x264, x265, yesNo } from './encoderParameterTable.ts';
import type { ParameterList, ParameterRefusal } from './encoderParameterTable.ts';
import { quoted } from './extraArgumentValues.ts';
import type { Fault, ValueKind } from './extraArgumentValues.ts';
import { nearestName } from './nearestName.ts';

const reasons: Readonly<Record<ParameterRefusal, { readonly does: string; readonly hint: string }>> = {
  files: {
    does: 'reads or writes a file of its own',
    hint: 'Leave it out: extra arguments name no files.',
  },
  passes: {
    does: 'counts passes and needs a file between them',
    hint: 'Leave it out and use the preset’s own “passes”.',
  },
  stream: { does: 'says what the pictures are, which DFFmpeg takes from the source', hint: 'Leave it out.' },
  log: { does: 'changes what the encoder reports', hint: 'Leave it out.' },
  machine: {
    does: 'is about the machine that encodes, not about the result',
    hint: 'Leave it out: each worker has settings of its own.',
  },
};

/** `a=b:c=d`; no quotes and no backslashes, so that what is read here is what ffmpeg and the library read. */
function parameters(list: ParameterList): ValueKind {
  const names = [...list.keys.keys()];
  return {
    takes: `parameters as name=value, divided by “:”, of ${names.join(', ')}`,
    example: 'aq-mode=1',
    fault: (value, owner) => {
      if (!/^[A-Za-z0-9_.,+\-=:()/|*]{1,2000}$/.test(value))
        return {
          message: `${quoted(owner)} takes parameters as name=value, divided by “:”, without spaces, quotes or backslashes.`,
          hint: 'Take the other letters out; two values of one parameter are divided by a comma.',
        };
      const faults = value.split(':').map((parameter) => parameterFault(list, parameter));
      return faults.find((fault) => fault !== undefined);
    },
  };
}

function parameterFault(list: ParameterList, parameter: string): Fault | undefined {
  const equals = parameter.indexOf('=');
  if (equals < 1)
    return {
      message: `${quoted(parameter)} is no parameter of ${list.library}, which are written name=value.`,
      hint: 'Write a name, “=” and a value; a “:” stands only between two of them.',
    };
  const written = parameter.slice(0, equals);
  const value = parameter.slice(equals + 1);
  const name = list.lenient ? written.replaceAll('_', '-') : written;
  const known = list.keys.get(name);
  if (known !== undefined) return known.fault(value, written);
  if (list.lenient && name.startsWith('no-') && list.keys.get(name.slice(3)) === yesNo)
    return yesNo.fault(value, written);
  const owner = `The parameter ${quoted(written)} of ${list.library}`;
  const reason = list.refused.get(name);
  if (reason !== undefined)
    return { message: `${owner} ${reasons[reason].does}.`, hint: reasons[reason].hint };
  const near = nearestName(name, [...list.keys.keys()]);
  return {
    message: `${owner} is not among those that may be given.`,
    hint: near === undefined ? 'Leave it out.' : `Did you mean “${near}”?`,
  };
}

export const x264Parameters = parameters(x264);
export const x265Parameters = parameters(x265);
export const svtav1Parameters = parameters(svtav1);
export const aomParameters = parameters(aom);
