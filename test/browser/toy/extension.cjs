/** Proves the harness itself: a click in the Explorer's menu reaches an extension, and the file it writes is on disk. */
'use strict';

const vscode = require('vscode');

exports.activate = (context) => {
  const note = async (clicked, selected) => {
    const names = selected.map((uri) => uri.path.split('/').pop()).join('\n');
    await vscode.workspace.fs.writeFile(clicked.with({ path: `${clicked.path}.note` }), Buffer.from(names));
    await vscode.window.showInformationMessage(`Noted ${names}`);
  };
  context.subscriptions.push(vscode.commands.registerCommand('toy.note', note));
};
