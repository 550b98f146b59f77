/** What the name of one of ffmpeg's pixel formats says. */
export interface PixelLayout {
  readonly family: 'yuv' | 'rgb' | 'grey';
  /** Of one component. */
  readonly bits: number;
  readonly alpha: boolean;
  /** The name itself says that the range is full, as JPEG's does. */
  readonly full: boolean;
  /** Pixels that share one colour, across and down: both sides must be a multiple. */
  readonly block: readonly [number, number];
}

const blocks: Readonly<Record<string, readonly [number, number]>> = {
  '420': [2, 2],
  '422': [2, 1],
  '444': [1, 1],
  '440': [1, 2],
  '411': [4, 1],
  '410': [4, 4],
};

/** Formats that are named in their own ways: name without byte order → sampling, bits. */
const others: Readonly<Record<string, readonly [sampling: string, bits: number]>> = {
  nv12: ['420', 8], nv21: ['420', 8], nv16: ['422', 8], nv24: ['444', 8], nv20: ['422', 10],
  p010: ['420', 10], p012: ['420', 12], p016: ['420', 16],
  p210: ['422', 10], p212: ['422', 12], p216: ['422', 16], p410: ['444', 10], p412: ['444', 12], p416: ['444', 16],
  yuyv422: ['422', 8], uyvy422: ['422', 8], yvyu422: ['422', 8], uyyvyy411: ['411', 8],
  y210: ['422', 10], y212: ['422', 12], y216: ['422', 16], xv30: ['444', 10], xv36: ['444', 12], vuyx: ['444', 8],
}; // prettier-ignore

export function pixelLayout(name: string | undefined): PixelLayout | undefined {
  if (name === undefined) return undefined;
  const planar = /^yuv([aj])?(4[0-4]\d)p(\d+)?(?:le|be)?$/.exec(name);
  if (planar)
    return {
      family: 'yuv',
      bits: Number(planar[3] ?? 8),
      alpha: planar[1] === 'a',
      full: planar[1] === 'j',
      block: blocks[planar[2] ?? ''] ?? [4, 4],
    };
  const other = others[name.replace(/(?:le|be)$/, '')];
  if (other !== undefined)
    return {
      family: 'yuv',
      bits: other[1],
      alpha: false,
      full: false,
      block: blocks[other[0]] ?? [4, 4],
    };
  return withoutBlocks(name);
}

/** RGB and grey: each pixel has all of its own. */
function withoutBlocks(name: string): PixelLayout | undefined {
  const single = { full: true, block: [1, 1] } as const;
  if (/^(?:gray|mono|ya\d)/.test(name))
    return {
      ...single,
      family: 'grey',
      bits: Number(/\d+/.exec(name)?.[0] ?? 8),
      alpha: name.startsWith('ya'),
    };
  const gbr = /^gbr(a)?p(?:f?(\d+))?(?:le|be)?$/.exec(name);
  if (gbr) return { ...single, family: 'rgb', bits: Number(gbr[2] ?? 8), alpha: gbr[1] === 'a' };
  if (name === 'pal8') return { ...single, family: 'rgb', bits: 8, alpha: true };
  if (!/^(?:x2|0)?(?:a)?(?:rgb|bgr)/.test(name)) return undefined;
  const bits = /(?:48|64)/.test(name) ? 16 : name.startsWith('x2') ? 10 : 8;
  return { ...single, family: 'rgb', bits, alpha: /^(?:a(?:rgb|bgr)|(?:rgb|bgr)a)/.test(name) };
}
