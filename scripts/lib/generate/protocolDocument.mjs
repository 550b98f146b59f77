import * as z from 'zod';
import * as dialect from '../../../src/encoding/dialect.ts';
import * as preset from '../../../src/encoding/preset.ts';
import * as probe from '../../../src/encoding/probe.ts';
import * as verdict from '../../../src/encoding/verdict.ts';
import * as client from '../../../src/protocol/clientContract.ts';
import { errorTable } from '../../../src/protocol/errors.ts';
import * as inquiry from '../../../src/protocol/inquiry.ts';
import * as identity from '../../../src/protocol/identity.ts';
import * as model from '../../../src/protocol/model.ts';
import { pairingMethods } from '../../../src/protocol/pairingContract.ts';
import * as tasks from '../../../src/protocol/tasks.ts';
import { protocolVersion } from '../../../src/protocol/version.ts';
import * as worker from '../../../src/protocol/workerContract.ts';
import { table, typeText } from './schemaText.mjs';

/** Types that have a name, in the order in which they are printed. Everything else is written out in place. */
const named = {
  Job: model.jobSchema,
  Source: model.sourceSchema,
  Output: model.outputSchema,
  Attempt: model.attemptSchema,
  Exit: model.exitSchema,
  Error: model.errorDataSchema,
  Progress: model.progressSchema,
  Counts: model.countsSchema,
  Worker: model.workerSchema,
  WorkerDescription: model.workerDescriptionSchema,
  FfmpegStatus: model.ffmpegStatusSchema,
  Load: model.loadSchema,
  Capabilities: dialect.capabilitiesSchema,
  Dialect: dialect.dialectSchema,
  PresetSnapshot: model.presetSnapshotSchema,
  Preset: preset.presetSchema,
  Probe: probe.probeSchema,
  ProbeStream: probe.probeStreamSchema,
  Verdict: verdict.verdictSchema,
  PlannedCommands: inquiry.plannedCommandsSchema,
  Health: inquiry.healthSchema,
  Likeness: inquiry.likenessSchema,
  Identity: identity.identitySchema,
  EncodePayload: tasks.encodePayloadSchema,
  TaskPayload: tasks.taskPayloadSchema,
  TaskReport: tasks.taskReportSchema,
};

const names = z.registry();
for (const [id, schema] of Object.entries(named)) names.add(schema, { id });

/** docs/protocol.md: every method and event, from the tables that the code compiles against. */
export function protocolDocument() {
  return `<!-- Written by npm run generate. Do not edit. -->

# Protocol

Version ${protocolVersion}. What processes say to each other, over an authenticated WebSocket or in memory: requests
that are answered with a result or an error, and events that are not answered. Times are milliseconds since the
epoch, sizes bytes, durations seconds. \`?\` marks what may be missing, \`=\` what is then taken.

${methods('Requests of a client to the daemon', client.clientMethods)}
${events('Events of the daemon to a client', client.clientEvents)}
${methods('Requests of who has shown a pairing code', pairingMethods)}
${methods('Requests of a worker to its coordinator', worker.coordinatorMethods)}
${methods('Requests of a coordinator to a worker', worker.workerMethods)}
${events('Events of a worker to its coordinator', worker.workerEvents)}
${events('Events of a coordinator to a worker', worker.coordinatorEvents)}
## Types

${Object.entries(named)
  .map(([name, schema]) => `### ${name}\n\n${block(definition(schema))}\n`)
  .join('\n')}
## Errors

An error is \`{ code, message, hint? }\`. Its class says what happens next.

${table(
  ['Code', 'Class'],
  Object.entries(errorTable).map(([code, errorClass]) => [`\`${code}\``, errorClass]),
)}
`;
}

function methods(title, contract) {
  return section(title, contract, ({ doc, params, result, forClients }) => [
    forClients ? `${doc} Also for identities with the role \`client\`.` : doc,
    block(`params: ${text(params, 'input')}\nresult: ${text(result, 'output')}`),
  ]);
}

function events(title, contract) {
  return section(title, contract, ({ doc, payload, latestWins }) => [
    latestWins ? `${doc} A newer one may replace it when the link is slow.` : doc,
    block(`payload: ${text(payload, 'output')}`),
  ]);
}

function section(title, contract, body) {
  const entries = Object.entries(contract).map(
    ([name, entry]) => `### ${name}\n\n${body(entry).join('\n\n')}\n`,
  );
  return `## ${title}\n\n${entries.join('\n')}`;
}

function text(schema, io) {
  return typeText(jsonSchema(schema, io));
}

/** A named type itself, rather than its name. */
function definition(schema) {
  const json = jsonSchema(schema, 'output');
  const reference = json.$ref?.split('/').at(-1);
  return typeText(reference === undefined ? json : json.definitions[reference]);
}

function jsonSchema(schema, io) {
  return z.toJSONSchema(schema, { target: 'draft-7', io, metadata: names, unrepresentable: 'any' });
}

function block(code) {
  return `\`\`\`ts\n${code}\n\`\`\``;
}
