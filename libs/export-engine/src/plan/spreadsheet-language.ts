/**
 * Codes of languages in number formats, hexadecimal, by language and region, with the script where it is not the usual one.
 * Languages with another calendar than the Gregorian one are left out: a spreadsheet may count in theirs.
 *
 * @see https://learn.microsoft.com/openspecs/windows_protocols/ms-lcid/
 */
const CODES: ReadonlyMap<string, string> = new Map(
  (
    'af-ZA=436 ar-AE=3801 ar-EG=C01 az-AZ=42C be-BY=423 bg-BG=402 bn-BD=845 bn-IN=445 bs-BA=141A ca-ES=403 ' +
    'cs-CZ=405 cy-GB=452 da-DK=406 de-AT=C07 de-CH=807 de-DE=407 de-LI=1407 de-LU=1007 el-GR=408 en-AU=C09 ' +
    'en-CA=1009 en-GB=809 en-IE=1809 en-IN=4009 en-NZ=1409 en-PH=3409 en-SG=4809 en-US=409 en-ZA=1C09 es-AR=2C0A ' +
    'es-BO=400A es-CL=340A es-CO=240A es-CR=140A es-DO=1C0A es-EC=300A es-ES=C0A es-GT=100A es-HN=480A es-MX=80A ' +
    'es-NI=4C0A es-PA=180A es-PE=280A es-PR=500A es-PY=3C0A es-SV=440A es-US=540A es-UY=380A es-VE=200A et-EE=425 ' +
    'eu-ES=42D fi-FI=40B fr-BE=80C fr-CA=C0C fr-CH=100C fr-FR=40C fr-LU=140C ga-IE=83C gl-ES=456 ' +
    'gu-IN=447 he-IL=40D hi-IN=439 hr-BA=101A hr-HR=41A hu-HU=40E hy-AM=42B id-ID=421 is-IS=40F it-CH=810 ' +
    'it-IT=410 ja-JP=411 ka-GE=437 kk-KZ=43F kn-IN=44B ko-KR=412 ky-KG=440 lb-LU=46E lt-LT=427 lv-LV=426 ' +
    'mk-MK=42F ml-IN=44C mr-IN=44E ms-MY=43E nb-NO=414 ne-NP=461 nl-BE=813 nl-NL=413 nn-NO=814 no-NO=414 ' +
    'pa-IN=446 pl-PL=415 pt-BR=416 pt-PT=816 ro-RO=418 ru-RU=419 si-LK=45B sk-SK=41B sl-SI=424 sq-AL=41C ' +
    'sr-Latn-RS=241A sr-RS=281A sv-FI=81D sv-SE=41D sw-KE=441 ta-IN=449 te-IN=44A tr-TR=41F uk-UA=422 ur-PK=420 ' +
    'uz-Cyrl-UZ=843 uz-UZ=443 vi-VN=42A zh-CN=804 zh-HK=C04 zh-SG=1004 zh-TW=404 zu-ZA=435'
  )
    .split(' ')
    .map((entry) => entry.split('=') as [tag: string, code: string]),
);

/**
 * How a number format of a spreadsheet names the language of its words (`407` for `de`), or null when it cannot. A region
 * without a code takes that of its language's home. LibreOffice knows these codes alone, not language tags.
 */
export function spreadsheetLanguage(locale: string): string | null {
  const own = new Intl.Locale(locale).maximize();
  const home = new Intl.Locale(own.language, {
    ...(own.script === undefined ? {} : { script: own.script }),
  }).maximize();
  return CODES.get(tagOf(own)) ?? CODES.get(tagOf(home)) ?? null;
}

function tagOf({ language, script, region }: Intl.Locale): string {
  if (region === undefined) return language;
  const usual = new Intl.Locale(language, { region }).maximize().script;
  return script === undefined || script === usual ? `${language}-${region}` : `${language}-${script}-${region}`;
}
