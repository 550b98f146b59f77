/**
 * Languages of tracks, as files and people write them: two letters (ISO 639-1), three (639-2, where twenty have an
 * older, bibliographic code besides), or with a region (`pt-BR`).
 */

/** Five letters each: ISO 639-1, then 639-2/T. */
const twoLetters = `
aaaar ababk aeave afafr akaka amamh anarg arara asasm avava ayaym azaze babak bebel bgbul bhbih
bibis bmbam bnben bobod brbre bsbos cacat ceche chcha cocos crcre csces cuchu cvchv cycym dadan
dedeu dvdiv dzdzo eeewe elell eneng eoepo esspa etest eueus fafas ffful fifin fjfij fofao frfra
fyfry gagle gdgla glglg gngrn guguj gvglv hahau heheb hihin hohmo hrhrv hthat huhun hyhye hzher
iaina idind ieile igibo iiiii ikipk ioido isisl itita iuiku jajpn jvjav kakat kgkon kikik kjkua
kkkaz klkal kmkhm knkan kokor krkau kskas kukur kvkom kwcor kykir lalat lbltz lglug lilim lnlin
lolao ltlit lulub lvlav mgmlg mhmah mimri mkmkd mlmal mnmon mrmar msmsa mtmlt mymya nanau nbnob
ndnde nenep ngndo nlnld nnnno nonor nrnbl nvnav nynya ococi ojoji omorm orori ososs papan pipli
plpol pspus ptpor quque rmroh rnrun roron rurus rwkin sasan scsrd sdsnd sesme sgsag sisin skslk
slslv smsmo snsna sosom sqsqi srsrp ssssw stsot susun svswe swswa tatam tetel tgtgk ththa titir
tktuk tltgl tntsn toton trtur tstso tttat twtwi tytah uguig ukukr ururd uzuzb veven vivie vovol
wawln wowol xhxho yiyid yoyor zazha zhzho zuzul
`;

/** Six letters each: 639-2/B, then 639-2/T. */
const bibliographic = `
albsqi armhye baqeus burmya chizho czeces dutnld frefra geokat gerdeu greell iceisl macmkd maomri
maymsa perfas rumron sloslk tibbod welcym
`;

const terminological = new Map([...pairs(twoLetters, 2), ...pairs(bibliographic, 3)]);

/** Three letters of ISO 639-2/T, so that `de`, `ger` and `deu-AT` are the same; what is no language stays as it is. */
export function languageCode(text: string): string {
  const tag = text.toLowerCase();
  const primary = tag.split(/[-_]/u)[0] ?? tag;
  return terminological.get(primary) ?? (/^[a-z]{3}$/u.test(primary) ? primary : tag);
}

function pairs(text: string, length: number): [string, string][] {
  const words = text.split(/\s+/u).filter((word) => word !== '');
  return words.map((word) => [word.slice(0, length), word.slice(length)]);
}
