export const rooms: Record<string, { imports: string[]; pure?: boolean; does: string }>;
