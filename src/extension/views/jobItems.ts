import { MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, workspace } from 'vscode';
import type { ErrorData } from '../../protocol/errors.ts';
import type { Job, Progress } from '../../protocol/model.ts';
import type { JobGroup } from '../model/jobBoard.ts';
import { describeJob, jobContext, jobIcon, jobLabel, stateWord } from '../model/jobPresentation.ts';
import { errorText } from '../model/errorText.ts';
import { jobTooltip } from '../model/jobTooltip.ts';
import type { CommandId } from '../commandIds.ts';
import { readFfmpegPath, section } from '../settings.ts';
import type { NoticeNode } from './jobNodes.ts';

const groupLabels: Record<JobGroup, string> = {
  running: 'Running',
  waiting: 'Waiting',
  finished: 'Finished',
};

export function groupItem(group: JobGroup, count: number): TreeItem {
  const item = new TreeItem(groupLabels[group], TreeItemCollapsibleState.Expanded);
  item.id = `group:${group}`;
  item.description = String(count);
  item.contextValue = `group+${group}`;
  item.accessibilityInformation = {
    label: `${groupLabels[group]}: ${count === 1 ? '1 job' : `${count} jobs`}`,
  };
  return item;
}

/** The tooltip comes later, when somebody points at the row. */
export function jobItem(id: string, job: Job | undefined, progress: Progress | undefined): TreeItem {
  if (!job) return new TreeItem(id);
  const item = new TreeItem(jobLabel(job));
  const description = describeJob(job, progress);
  const { icon, color } = jobIcon(job);
  item.id = `job:${job.id}`;
  item.description = description;
  item.iconPath = new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color));
  item.contextValue = jobContext(job);
  item.accessibilityInformation = { label: `${jobLabel(job)}, ${stateWord(job)}, ${description}` };
  return item;
}

export function resolveJobTooltip(item: TreeItem, job: Job): TreeItem {
  item.tooltip = new MarkdownString(jobTooltip(job));
  return item;
}

export function olderItem(): TreeItem {
  return clickable('Show older…', 'dffmpeg.showOlder', new ThemeIcon('history'));
}

export function moreItem(count: number): TreeItem {
  const item = new TreeItem(`${count} more, whose turn comes later`);
  item.iconPath = new ThemeIcon('ellipsis');
  return item;
}

export function noticeItem(notice: NoticeNode['notice'], error: ErrorData | undefined): TreeItem {
  const warning = new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
  if (notice === 'noFfmpeg') {
    const item = clickable(error?.message ?? 'ffmpeg was not found', 'dffmpeg.installFfmpeg', warning);
    const isNamed = readFfmpegPath(workspace.getConfiguration(section)) !== undefined;
    item.description = isNamed ? 'Open the setting…' : 'Install it…';
    item.tooltip = [error && errorText(error), 'Jobs wait until then. This view notices by itself.']
      .filter(Boolean)
      .join(' ');
    item.contextValue = 'noFfmpeg';
    return item;
  }
  const item = clickable('No connection to the daemon', 'dffmpeg.startDaemon', warning);
  item.description = 'Try again';
  item.tooltip = error && errorText(error);
  item.contextValue = 'disconnected';
  return item;
}

function clickable(label: string, command: CommandId, icon: ThemeIcon): TreeItem {
  const item = new TreeItem(label);
  item.id = command;
  item.iconPath = icon;
  item.command = { command, title: label };
  return item;
}
