// Answer a cookie banner so that it no longer covers the page: refuse, else take only what is
// necessary, else close it, else, where it leaves no other way, accept.
(look, state) => {
  const ABOUT = /cookie|쿠키/i;
  const PHRASES = [
    /^((모두|전체) ?)?(거부|거절)(하기|합니다)?$|^동의(하지| 안) ?(않음|않습니다|함)$/,
    /^(reject|decline|refuse|deny)( all)?( cookies)?$/,
    /^필수( ?쿠키)?만( ?(허용|동의|사용))?$|^(only |accept |use )?(strictly )?(necessary|essential)( cookies)?( only)?$/,
    /^(닫기|close|×|✕|x)$/,
    /^((모두|전체) ?)?(동의|수락|허용|확인)(하기|합니다)?$/,
    /^(accept|allow|agree)( all)?( cookies)?$|^(i agree|got it|ok|okay)$/,
  ];
  state.cookieClicks ??= 0;
  if (state.cookieClicks >= 3) return null;
  for (const banner of look.covers().filter((one) => ABOUT.test(look.words(one)))) {
    for (const button of look.buttons(PHRASES, banner)) {
      const aim = look.aim(button);
      if (aim) {
        state.cookieClicks += 1;
        return aim;
      }
    }
  }
  return null;
}
