import type { JobGroup } from '../model/jobBoard.ts';

/** Elements of the Jobs view. They stay the same objects, so that one row can be drawn anew by itself. */
export type JobsNode = NoticeNode | GroupNode | JobNode | OlderNode | MoreNode;

/** What stands in the way while there are jobs to see. */
export interface NoticeNode {
  readonly kind: 'notice';
  readonly notice: 'noFfmpeg' | 'disconnected';
}

export interface GroupNode {
  readonly kind: 'group';
  readonly group: JobGroup;
}

export interface JobNode {
  readonly kind: 'job';
  readonly id: string;
}

export interface OlderNode {
  readonly kind: 'older';
}

/** Jobs that wait behind those that the window knows. */
export interface MoreNode {
  readonly kind: 'more';
}

export function isJobNode(value: unknown): value is JobNode {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'job' && 'id' in value
  );
}
