import type { Traps } from './traps.ts';

/** A file as an attacker would leave it for a person to right-click, by what it claims to be. */
export interface HostileFile {
  readonly title: string;
  readonly name: string;
  readonly content: (traps: Traps) => string | Buffer;
  /** Files beside it, by name. */
  readonly beside?: (traps: Traps) => Readonly<Record<string, string>>;
}

const hls = (uri: string) =>
  `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n${uri}\n#EXT-X-ENDLIST\n`;

const mpd = (base: string) =>
  `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT9S" minBufferTime="PT1S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1000" codecs="avc1.42c01e"><BaseURL>${base}</BaseURL></Representation></AdaptationSet></Period></MPD>`;

const sdp = (port: number) =>
  `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video ${port} RTP/AVP 96\na=rtpmap:96 H264/90000\n`;

export const hostileFiles: readonly HostileFile[] = [
  ...['mp4', 'mkv', 'ts', 'mov', 'avi', 'webm'].map((extension) => ({
    title: `an HLS playlist named .${extension}, for a server`,
    name: `film.${extension}`,
    content: ({ port }: Traps) => hls(`http://127.0.0.1:${port}/a.ts`),
  })),
  {
    title: 'an HLS playlist named .mp4, for a file',
    name: 'local.mp4',
    content: ({ secret }) => hls(`file://${secret}`),
  },
  {
    title: 'an HLS playlist with a key on a server',
    name: 'key.mp4',
    content: ({ port }) =>
      hls('film.mp4').replace(
        '#EXTINF',
        `#EXT-X-KEY:METHOD=AES-128,URI="http://127.0.0.1:${port}/k"\n#EXTINF`,
      ),
  },
  {
    title: 'an HLS playlist that wraps a file in another protocol',
    name: 'crypto.mp4',
    content: ({ secret }) => hls(`crypto+file:${secret}`),
  },
  {
    title: 'an HLS playlist, honestly named',
    name: 'a.m3u8',
    content: ({ port }) => hls(`http://127.0.0.1:${port}/`),
  },
  {
    title: 'an ffconcat list named .mp4',
    name: 'list.mp4',
    content: ({ secret }) => `ffconcat version 1.0\nfile '${secret}'\n`,
  },
  {
    title: 'an ffconcat list of a server, named .mkv',
    name: 'list.mkv',
    content: ({ port }) => `ffconcat version 1.0\nfile 'tcp://127.0.0.1:${port}'\n`,
  },
  { title: 'a session description named .mp4', name: 'session.mp4', content: ({ port }) => sdp(port) },
  { title: 'a session description, honestly named', name: 'session.sdp', content: ({ port }) => sdp(port) },
  {
    title: 'a DASH manifest named .mp4, for a server',
    name: 'manifest.mp4',
    content: ({ port }) => mpd(`http://127.0.0.1:${port}/a.mp4`),
  },
  {
    title: 'a DASH manifest named .mp4, for a file',
    name: 'local-manifest.mp4',
    content: ({ secret }) => mpd(`file://${secret}`),
  },
  {
    title: 'a pattern of images',
    name: 'frame-%03d.png',
    content: () => 'no image',
    beside: () => ({ 'frame-001.png': 'x' }),
  },
  { title: 'a glob of images', name: '*.jpg', content: () => 'no image' },
  {
    title: 'a VobSub index, which opens its neighbour',
    name: 'film.idx',
    content: () => '# VobSub index file, v7 (do not modify this line!)\nid: en, index: 0\n',
    beside: () => ({ 'film.sub': 'x' }),
  },
  {
    title: 'an AviSynth script',
    name: 'script.avs',
    content: ({ secret }) => `DirectShowSource("${secret}")\n`,
  },
  {
    title: 'tags for ffmpeg',
    name: 'tags.mp4',
    content: () => ';FFMETADATA1\ntitle=x\n[STREAM]\n',
  },
  {
    title: 'a redirector of RealMedia',
    name: 'film.ram',
    content: ({ port }) => `rtsp://127.0.0.1:${port}/film\n`,
  },
  {
    title: 'a redirector of Windows Media',
    name: 'film.asx',
    content: ({ port }) => `<asx version="3.0"><entry><ref href="http://127.0.0.1:${port}/"/></entry></asx>`,
  },
  {
    title: 'subtitles named .mp4',
    name: 'words.mp4',
    content: () => '1\n00:00:00,000 --> 00:00:01,000\nHello\n',
  },
];
