export function packVsix(folder: string): Promise<string>;
export function packedFiles(): Promise<string[]>;
