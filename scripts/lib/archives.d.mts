import type { Packed } from '../../src/files/packTar.ts';

export function packTgz(folder: string): Promise<Packed>;
export function packWithNode(folder: string): Promise<Packed | undefined>;
