/**
 * Times and limits that are no settings, with the reason: part of a protocol or a format, a bound on what a stranger may
 * send, the size of one step of a loop, or how an interface paints. Whoever could want another value makes it a row of a
 * table of settings instead.
 */
export const allowedConstants: Readonly<Record<string, string>> = {
  // Of the protocol: both sides must agree.
  'src/protocol/frames.ts#maxFrameBytes': 'Part of the protocol: both sides refuse more.',
  'src/protocol/clientContract.ts#paths': 'Part of the protocol: what one request may hold.',
  'src/protocol/fileState.ts#maxKept': 'Part of the protocol: what a worker tells of one source.',
  'src/protocol/model.ts#maxSources': 'Part of the protocol: a job fits one frame.',
  'src/protocol/outbox.ts#highWaterBytes': 'Flow control of one connection; follows from the frame size.',
  'src/protocol/outbox.ts#overflowBytes': 'Flow control of one connection; follows from the frame size.',
  'src/protocol/peer.ts#maxBrokenFrames': 'A stranger is cut off after so many.',
  'src/protocol/serving.ts#maxConcurrentRequests': 'Flow control of one connection.',
  'src/protocol/serving.ts#maxWaitingRequests': 'A bound on what a stranger may have kept.',
  'src/coordinator/jobLog.ts#maxGaps':
    'A bound on memory: of more jobs the log does not say where lines are missing.',
  'src/coordinator/jobView.ts#jobBytes': 'How jobs are shared out over frames; follows from the frame size.',
  'src/coordinator/planner.ts#maxPresetCharacters': 'A preset fits one frame.',
  'src/worker/probeTask.ts#maxProbeCharacters': 'What is known of the sources fits one frame.',
  'src/coordinator/idleCollector.ts#restMs': 'When memory is given back; changes no outcome.',
  'src/worker/keepAwake.ts#stderr': 'A bound on what another program may say.',
  'src/worker/lineBatcher.ts#maxLineLength': 'Format of the job’s log.',
  'src/worker/lineBatcher.ts#maxBatchLength': 'One batch of the job’s log fits one frame.',
  'src/protocol/rangeMessages.ts#rangeBytes': 'Part of the protocol: the unit of a file’s digest.',
  'src/protocol/rangeMessages.ts#rangeHeaderBytes': 'Format of a message.',
  'src/protocol/rangeMessages.ts#idBytes': 'Format of a message.',
  'src/files/tar.ts#blockBytes': 'Of the format of archives.',
  'src/files/tar.ts#longestName': 'Of the format of archives.',
  'src/files/keepAttributes.ts#patienceMs':
    'The system’s own `cp`, of no content; without its answer it goes on.',
  'src/files/sameContent.ts#blockBytes': 'One step of a loop.',
  'src/protocol/offers.ts#maxResultFiles': 'Part of the protocol: a result’s names fit one frame.',
  'src/files/fileExchange.ts#maxQuestions':
    'Against a neighbour that keeps to no limit; far above `rangesAtOnce`.',
  'src/files/fetchedFile.ts#digestBytes': 'Of SHA-256.',
  'src/transport/byteChannel.ts#maxMessageBytes': 'Part of the protocol: both sides refuse more.',
  'src/transport/addressLimit.ts#minuteMs':
    'A unit: failedHandshakesAMinute and installRequestsAMinute say how many.',
  'src/transport/addressLimit.ts#maxAddresses': 'A bound on what strangers may have kept.',
  'src/transport/websocketClient.ts#maxErrorBytes': 'A bound on what a stranger may send.',
  'src/transport/websocketClient.ts#maxUpgrades':
    'Steps of the handshake: a challenge, its answer, once more.',
  'src/coordinator/accounts/keyFile.ts#maxFileBytes':
    'A bound on a file that somebody else may have written.',
  'src/coordinator/accounts/accounts.ts#seenEveryMs': 'Of a field that says “to the minute”.',
  'src/protocol/identity.ts#maxRanges': 'Part of the protocol: what one identity may hold.',
  'src/client/discovery.ts#maxBytes': 'A bound on a file that somebody else may have written.',
  'src/daemon/listenAddress.ts#65_535': 'The highest port there is.',
  // Steps of a loop: they bound memory and the length of one turn, and change no outcome.
  'src/coordinator/speeds.ts#shortSeconds': 'Of the formula by which speeds are learnt.',
  'src/coordinator/timetable.ts#unknownSeconds': 'Of the formula of the timetable; never shown.',
  'src/coordinator/timetable.ts#busySeconds': 'Of the formula of the timetable; never shown.',
  'src/coordinator/changeFeed.ts#pageSize': 'One step of a loop.',
  'src/coordinator/dispatcher.ts#pageSize': 'One step of a loop.',
  'src/coordinator/dueReplacements.ts#clockWriteMs':
    'How often it is written down; `clockDoubtDays` decides.',
  'src/coordinator/dueReplacements.ts#pageSize': 'One step of a loop.',
  'src/coordinator/dueReplacements.ts#longestWaitMs': 'The longest wait that a timer of Node holds.',
  'src/coordinator/jobBook.ts#maxConflicts':
    'Repeats of a step that lost a race; more is a mistake in the code.',
  'src/coordinator/attemptCommands.ts#maxCommands': 'A job’s record fits one row.',
  'src/coordinator/outputNames.ts#maxNumber': 'Numbers that a name may get: clip-2, clip-3, …',
  'src/coordinator/outputNames.ts#namesAtOnce': 'One step of a loop.',
  'src/coordinator/store/chunks.ts#parametersAtOnce': 'Parameters of one statement: a limit of the database.',
  'src/coordinator/store/groupCommit.ts#groupLimit': 'One step of a loop.',
  'src/coordinator/store/jobReads.ts#groupLimit': 'One step of a loop.',
  'src/coordinator/store/hotSchema.ts#readsBeforeCompiling':
    'What compiling costs in reads: a matter of speed alone.',
  'src/coordinator/store/ownDatabase.ts#headerBytes': 'Of SQLite’s file format.',
  'src/coordinator/store/sqliteDialect.ts#maxPrepared': 'Size of a cache of statements.',
  'src/files/quotaTrial.ts#blockBytes': 'One step of a loop.',
  'src/files/resultName.ts#longestName': 'Of file systems: none in use has longer names.',
  'src/files/replaceSource.ts#maxNames': 'Names that are tried for one file.',
  'src/files/removeName.ts#maxNames': 'Names that are tried for one file.',
  'src/files/reservedName.ts#maxCopies': 'Of what somebody writes to meanwhile; then it is left, and said.',
  'src/worker/analyse.ts#maxRounds': 'Measurements depend on each other no deeper than this.',
  'src/worker/runTool.ts#maxOutputBytes': 'A bound on what a hostile file can make ffprobe say.',
  'src/worker/sizeEstimate.ts#leastBytes': 'What the smallest result and its index take.',
  'src/client/startDaemon.ts#reasonBytes': 'Part of a sentence for a person.',
  'src/client/startDaemon.ts#maxLogBytes':
    'Of daemon-start.log, which holds the last words of a start that failed.',
  // How an interface paints and listens to hands.
  'src/cli/encode/stopSignals.ts#togetherMs': 'One key press may arrive as two signals.',
  'src/extension/installFfmpeg.ts#promptPatience': 'How long a terminal takes to show its prompt.',
  'src/extension/installFfmpeg.ts#silentPatience': 'How long a terminal takes to show its prompt.',
  'src/extension/logDocument.ts#interval': 'Painting: four times a second.',
  'src/extension/presetDiagnostics.ts#typingInterval': 'Waits until somebody stops typing.',
  'src/extension/presets.ts#maxHeight': 'A value of the example of a preset, no limit.',
  'src/extension/session/daemonSession.ts#patience': 'Failures before the view shows one.',
  'src/extension/statusBar.ts#interval': 'Painting: four times a second.',
  'src/extension/statusPageFeed.ts#interval': 'Painting: four times a second.',
  'src/extension/statusPageFeed.ts#mostWaiting': 'Rows of a page.',
  'src/extension/statusPageFeed.ts#mostFinished': 'Rows of a page.',
  'src/extension/statusPageLoad.ts#loadWindow': 'Width of a chart.',
  'src/extension/statusPageLoad.ts#mostSamples': 'Points of a chart.',
  'src/extension/views/jobsTree.ts#interval': 'Painting: four times a second.',
  'src/extension/views/jobsTree.ts#pageSize': 'Rows of a page.',
  'src/extension/views/workersTree.ts#interval': 'Painting: twice a second.',
  'src/webview/announcer.ts#quietPeriod': 'Pace of a screen reader.',
  'src/webview/jobText.ts#minute': 'A unit.',
  'src/webview/loadData.ts#chartSeconds': 'Width of a chart.',
  'src/webview/loadData.ts#gapSeconds': 'A chart breaks its line here.',
  'src/webview/sparkline.ts#interval': 'Painting: once a second.',
  'src/webview/statusPage.ts#clockInterval': 'Painting of “2 minutes ago”.',
  // Watched folders and hooks.
  'src/protocol/watchFolder.ts#settleSeconds':
    'A field of each watched folder, which a person sets there; this is its default.',
  'src/files/contentKey.ts#blockBytes': 'Format of a content key: other blocks give other keys.',
  'src/daemon/watch/watchedFolder.ts#manyChanges':
    'From here on the folder is looked through once instead; changes no outcome.',
  'src/daemon/hooks/copyHook.ts#maxNames': 'Names that are tried for one file.',
  'src/daemon/hooks/copyHook.ts#wholeBytes': 'How a copy is compared; changes no outcome.',
  'src/daemon/hooks/webhook.ts#keyBytes': 'Format of a key.',
  'src/cli/commands/watch.ts#86_400': 'The bound of a field of a watched folder.',
};
