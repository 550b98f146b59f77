#!/usr/bin/env node
/*
 * The dffmpeg command. Any Node runs this file, however old: it finds one that is new enough and goes on there.
 * So: no syntax and no API that Node 12 lacks.
 */
'use strict';

var childProcess = require('child_process');
var fs = require('fs');
var os = require('os');
var path = require('path');

/** node:sqlite without a flag. */
var MINIMUM = [22, 13];
var exe = process.platform === 'win32' ? 'node.exe' : 'node';

function isNewEnough(version) {
  var parts = /^v?(\d+)\.(\d+)/.exec(version);
  if (!parts) return false;
  var major = Number(parts[1]);
  return major > MINIMUM[0] || (major === MINIMUM[0] && Number(parts[2]) >= MINIMUM[1]);
}

/** In the checkout and the VSIX the program is in dist/; a packed copy has it beside or above this file. */
function findProgram() {
  var places = ['../dist/program', '../program', './program'];
  for (var i = 0; i < places.length; i++) {
    var file = path.join(__dirname, places[i], 'dffmpeg.mjs');
    if (fs.existsSync(file)) return file;
  }
  return undefined;
}

/** A Node that came along first, then every Node on PATH. */
function nodeCandidates() {
  var candidates = [
    path.join(__dirname, '..', 'node', 'bin', exe),
    path.join(__dirname, '..', 'node', exe),
    path.join(__dirname, '..', 'node_modules', 'node', 'bin', exe),
  ];
  var folders = (process.env.PATH || process.env.Path || '').split(path.delimiter);
  for (var i = 0; i < folders.length; i++) {
    if (path.isAbsolute(folders[i])) candidates.push(path.join(folders[i], exe));
  }
  return candidates;
}

function findNode() {
  var seen = {};
  var candidates = nodeCandidates();
  for (var i = 0; i < candidates.length; i++) {
    var file;
    try {
      file = fs.realpathSync(candidates[i]);
    } catch {
      continue;
    }
    if (seen[file]) continue;
    seen[file] = true;
    var answer = childProcess.spawnSync(file, ['--version'], {
      encoding: 'utf8',
      timeout: 10000,
      windowsHide: true,
    });
    if (answer.status === 0 && isNewEnough(answer.stdout)) return file;
  }
  return undefined;
}

function giveUp(lines) {
  process.stderr.write(lines.join('\n') + '\n');
  process.exit(2);
}

function howToGetNode() {
  if (process.platform === 'darwin') return '  brew install node';
  if (process.platform === 'win32') return '  winget install OpenJS.NodeJS.LTS';
  return '  https://nodejs.org/en/download';
}

/** The same process: no second one to start, and signals need no passing on. */
function goOnHere(program) {
  process.argv[1] = program;
  // Hidden from the parser: a Node without import() must still be able to read this file.
  var load = new Function('file', 'return import(file)');
  load(require('url').pathToFileURL(program).href).catch(function (error) {
    process.stderr.write(String((error && error.stack) || error) + '\n');
    process.exit(1);
  });
}

function goOnIn(node, program) {
  var child = childProcess.spawn(node, [program].concat(process.argv.slice(2)), { stdio: 'inherit' });
  ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal);
    });
  });
  child.on('error', function (error) {
    giveUp(['dffmpeg: ' + node + ' could not be started: ' + error.message]);
  });
  child.on('exit', function (code, signal) {
    // The shell's convention for a program ended by a signal.
    process.exit(signal ? 128 + (os.constants.signals[signal] || 0) : code);
  });
}

var program = findProgram();
if (!program) {
  giveUp(['dffmpeg: the program is not built. In a checkout, type:', '  npm run build']);
} else if (isNewEnough(process.version)) {
  goOnHere(program);
} else {
  var node = findNode();
  if (node) goOnIn(node, program);
  else {
    giveUp([
      'dffmpeg needs Node ' +
        MINIMUM.join('.') +
        ' or newer; this is ' +
        process.version +
        ', and no newer one is on PATH.',
      'Install one and try again:',
      howToGetNode(),
    ]);
  }
}
