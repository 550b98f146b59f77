import assert from 'node:assert/strict';
import { planExtras } from '../../../src/encoding/extras.ts';
import type { ExtrasInput } from '../../../src/encoding/extras.ts';
import type { OutputPreset } from '../../../src/encoding/output.ts';
import type { Probe, ProbeStream } from '../../../src/encoding/probe.ts';
import { audioStream, probeOf, videoStream } from './probes.ts';

const cover = (own: Partial<ProbeStream> = {}): ProbeStream =>
  videoStream({ index: 5, codec: 'mjpeg', attachedPicture: true, frames: undefined, ...own });
const font: ProbeStream = {
  ...{ index: 6, type: 'attachment', codec: 'ttf', attachedPicture: false, default: false },
  ...{ fileName: 'a font.ttf', mimeType: 'application/x-truetype-font' },
};
const timecode: ProbeStream = {
  ...{ index: 7, type: 'data', codec: 'unknown', codecTag: 'tmcd', attachedPicture: false, default: false },
};

function extras(
  output: OutputPreset,
  streams: ProbeStream[] = [],
  more: Partial<Probe> & Partial<ExtrasInput> = {},
) {
  const { maps, argv, coverArt, files, notes } = planExtras({
    output,
    probe: probeOf([videoStream(), audioStream(), ...streams], more),
    ...{ firstVideo: 1, trimmed: false, keepsStyledSubtitles: false },
    inputArgv: ['-f', 'mov', '-i', 'file:/a.mp4'],
    ...more,
  });
  const lost = notes.map(({ loses }) => loses).filter((loses) => loses !== undefined);
  return { maps, argv: argv.join(' '), coverArt, files, notes: notes.map(({ message }) => message), lost };
}

describe('tags', () => {
  it('are kept, or dropped whole; those of the preset come on top', () => {
    assert.match(extras({ container: 'mp4' }).argv, /^-map_metadata 0 /u);
    assert.match(
      extras({ container: 'mp4', metadata: { keep: false, set: { title: 'My film', comment: '' } } }).argv,
      /^-map_metadata -1 -metadata title=My film -metadata comment= /u,
    );
  });

  it('of ogg are taken from its track, where they are', () => {
    const ogg = { formatName: 'ogg' };
    assert.match(extras({ container: 'm4a' }, [], ogg).argv, /^-map_metadata 0 -map_metadata 0:s:a:0 /u);
    const dropped = extras({ container: 'm4a', metadata: { keep: false } }, [], ogg);
    assert.doesNotMatch(dropped.argv, /0:s:a:0/u);
  });

  it('that mkvmerge counted for the source’s tracks do not stand at the result’s', () => {
    const matroska = { formatName: 'matroska,webm' };
    const { argv } = extras({ container: 'mkv' }, [], matroska);
    for (const tag of ['BPS', 'BPS-eng', 'NUMBER_OF_FRAMES', '_STATISTICS_TAGS-eng'])
      assert.ok(argv.includes(`-metadata:s ${tag}= `), tag);
    assert.doesNotMatch(extras({ container: 'mp4' }, [], matroska).argv, /BPS/u);
    assert.doesNotMatch(extras({ container: 'mkv' }).argv, /BPS/u);
  });
});

describe('chapters', () => {
  it('are kept where the container has them', () => {
    assert.match(extras({ container: 'mkv' }, [], { chapters: 3 }).argv, /-map_chapters 0/u);
    assert.match(
      extras({ container: 'mkv', chapters: false }, [], { chapters: 3 }).argv,
      /-map_chapters -1/u,
    );
    const ts = extras({ container: 'ts' }, [], { chapters: 3 });
    assert.match(ts.argv, /-map_chapters -1/u);
    assert.deepEqual(ts.notes, ['The chapters are left out: the container ts has none.']);
  });

  it('end with the part that is encoded', () => {
    const { argv } = extras({ container: 'mp4' }, [], { chapters: 3, trimmed: true, duration: 12.5 });
    assert.match(argv, /-map_chapters 0 -t 12\.5/u);
    assert.doesNotMatch(extras({ container: 'mp4' }, [], { trimmed: true, duration: 12.5 }).argv, / -t /u);
  });
});

describe('attachments', () => {
  it('are kept in mkv for styled subtitles, or on demand', () => {
    const kept = extras({ container: 'mkv' }, [font], { keepsStyledSubtitles: true });
    assert.deepEqual(kept.maps, ['0:6']);
    assert.match(
      kept.argv,
      /-c:t:0 copy -metadata:s:t:0 filename=a font\.ttf -metadata:s:t:0 mimetype=application\/x-truetype-font/u,
    );
    assert.deepEqual(extras({ container: 'mkv', attachments: true }, [font]).maps, ['0:6']);
    assert.deepEqual(
      extras({ container: 'mkv', attachments: false }, [font], { keepsStyledSubtitles: true }).maps,
      [],
    );
  });

  it('that are left out are counted', () => {
    assert.deepEqual(extras({ container: 'mp4' }, [font, font], { keepsStyledSubtitles: true }).notes, [
      '2 attached files are left out.',
    ]);
    assert.deepEqual(extras({ container: 'mkv' }, [font]).notes, [
      '1 attached file is left out: no subtitles that are kept use fonts.',
    ]);
    assert.deepEqual(
      extras({ container: 'mkv', attachments: true }, [{ ...font, mimeType: undefined }]).notes,
      ['1 attached file is left out: without a name and a type.'],
    );
  });

  it('are a loss where the words are kept that are written in them, or where they are no fonts', () => {
    const other: ProbeStream = { ...font, codec: 'none', fileName: 'a.pdf', mimeType: 'application/pdf' };
    const styled = { keepsStyledSubtitles: true };
    assert.deepEqual(extras({ container: 'mkv' }, [font]).lost, []);
    assert.deepEqual(extras({ container: 'mp4' }, [font]).lost, []);
    assert.deepEqual(extras({ container: 'mkv', attachments: false }, [font], styled).lost, ['attachments']);
    assert.deepEqual(extras({ container: 'mkv' }, [font, other]).lost, ['attachments']);
    assert.deepEqual(extras({ container: 'mkv' }, [font], styled).lost, []);
  });
});

describe('cover art', () => {
  it('is a picture behind the film’s', () => {
    const film = extras({ container: 'mp4' }, [cover()]);
    assert.deepEqual(film.maps, ['0:5']);
    assert.match(film.argv, /-c:v:1 copy -disposition:v:1 attached_pic/u);
    assert.equal(film.coverArt, true);
    const sound = extras({ container: 'mp3' }, [cover()], { firstVideo: 0 });
    assert.match(sound.argv, /-c:v:0 copy -disposition:v:0 attached_pic/u);
  });

  it('is an attached file in mkv, behind the others', () => {
    const { maps, argv, files, coverArt } = extras({ container: 'mkv', attachments: true }, [
      cover({ codec: 'png' }),
      font,
    ]);
    assert.deepEqual(maps, ['0:6']);
    assert.match(
      argv,
      /-attach file:cover\.png -metadata:s:t:1 filename=cover\.png -metadata:s:t:1 mimetype=image\/png/u,
    );
    const [file] = files;
    assert.ok(file && 'extract' in file);
    assert.equal(file.name, 'cover.png');
    assert.match(file.extract.join(' '), /-i file:\/a\.mp4 -map 0:5 -c copy .* file:cover\.png$/u);
    assert.equal(coverArt, true);
  });

  it('is left out with a note where it has no place, and on demand', () => {
    assert.deepEqual(extras({ container: 'opus' }, [cover()]).notes, [
      'The cover picture is left out: the container opus has no place for one.',
    ]);
    assert.deepEqual(extras({ container: 'mp4' }, [cover({ codec: 'webp' })]).notes, [
      'The cover picture is left out: it is webp, not JPEG or PNG.',
    ]);
    const off = extras({ container: 'mp4', coverArt: false }, [cover()]);
    assert.deepEqual(
      [off.maps, off.coverArt, off.notes, off.lost],
      [[], false, ['The cover picture is left out.'], ['cover']],
    );
  });

  it('is one: further pictures are left out, and counted', () => {
    for (const container of ['mp4', 'mkv'] as const) {
      const { coverArt, notes, lost } = extras({ container }, [cover(), cover({ index: 8, codec: 'png' })]);
      assert.equal(coverArt, true);
      assert.deepEqual([notes, lost], [['1 picture is left out beside the cover.'], ['cover']]);
    }
    // Of a track with one for each chapter, the first is told as a cover.
    const chapters = extras({ container: 'mp4' }, [cover({ frames: 6 })]);
    assert.deepEqual(chapters.notes, ['5 pictures are left out beside the cover.']);
  });
});

describe('the rest of a file', () => {
  it('timecode stays in mov, where the picture is whole', () => {
    const mov = extras({ container: 'mov' }, [timecode]);
    assert.doesNotMatch(mov.argv, /write_tmcd|timecode=/u);
    assert.deepEqual(mov.notes, []);
    const part = extras({ container: 'mov' }, [timecode], { trimmed: true });
    assert.match(part.argv, /-write_tmcd 0 -metadata:g timecode= -metadata:s timecode=/u);
    assert.deepEqual(part.notes, ['1 timecode track is left out.']);
    assert.deepEqual(part.lost, ['data'], 'who cuts a film needs it');
    assert.match(extras({ container: 'mp4' }, [timecode]).argv, /-write_tmcd 0/u);
  });

  it('data is left out, but chapters are no data', () => {
    const data = { ...timecode, codecTag: undefined };
    assert.deepEqual(extras({ container: 'mp4' }, [data]).notes, ['1 data track is left out.']);
    const text = { ...timecode, codecTag: 'text' };
    assert.deepEqual(extras({ container: 'mp4' }, [text], { chapters: 2 }).notes, []);
  });

  it('counts as lost where it is of the film, not of how it was recorded or sent', () => {
    const data = (fields: Partial<ProbeStream>): ProbeStream => ({ ...timecode, ...fields });
    const lost = (fields: Partial<ProbeStream>, formatName = 'mov') =>
      extras({ container: 'mp4' }, [data(fields)], { formatName }).lost;
    assert.deepEqual(lost({ codecTag: 'gpmd' }), ['data']);
    assert.deepEqual(lost({ codecTag: undefined, codec: 'klv' }, 'mpegts'), ['data']);
    assert.deepEqual(lost({ codecTag: 'tmcd' }), ['data']);
    assert.deepEqual(lost({ codecTag: 'mebx' }), []);
    assert.deepEqual(lost({ codecTag: undefined, codec: 'epg' }, 'mpegts'), []);
    assert.deepEqual(lost({ codecTag: undefined, type: 'unknown' }, 'mpegts'), []);
    assert.deepEqual(lost({ codecTag: undefined, type: 'unknown' }), ['data']);
  });

  it('the index comes first, unless told otherwise', () => {
    for (const container of ['mp4', 'mov', 'm4a'] as const) {
      assert.match(extras({ container }).argv, /-movflags \+faststart$/u);
      assert.doesNotMatch(extras({ container, fastStart: false }).argv, /faststart/u);
    }
    assert.doesNotMatch(extras({ container: 'mkv' }).argv, /movflags/u);
    assert.match(extras({ container: 'mp3' }).argv, /-id3v2_version 3$/u);
  });
});
