// Say yes to a plain age gate: a cover, or a page of nothing else, that speaks of an age and asks
// for no more than a click. One that wants a name, a number, a date or a payment stays.
(look, state) => {
  const ABOUT = /(만 ?)?(18|19) ?세|성인 ?(인증|전용|만)|청소년 ?(유해|이용)|adults? only|18\+|(over|under|at least) (18|19|21)|(18|19|21) (years|or (older|over))/i;
  const BEYOND = /본인 ?(확인|인증)|휴대폰|아이핀|결제|구매|구독|로그인|passport|id card|credit card|purchase|subscribe|log ?in|sign ?in/i;
  const PHRASES = [
    /^(예|네)[,. ]*((저는 )?(만 ?)?(18|19)세 이상(입니다)?|성인입니다)?$|^((저는 )?(만 ?)?(18|19)세 이상(입니다)?|성인입니다)$/,
    /^(yes|enter|i am over (18|19|21)|(yes, )?i('m| am) (at least )?(18|19|21)( years)?( of age| old)?( or (older|over))?|(18|19|21) or older)$/,
    /^(입장(하기)?|들어가기)$/,
  ];
  const SHORT = 800;
  state.ageClicks ??= 0;
  if (state.ageClicks >= 2) return null;
  const page = look.all("body")[0];
  const places = look.covers();
  if (page && look.words(page).length < SHORT) places.push(page);
  const isPlain = (place) => ABOUT.test(look.words(place)) && !BEYOND.test(look.words(place)) &&
    !look.all("input, select, textarea", place)
      .some((one) => look.isSeen(one) && !["button", "submit", "hidden"].includes(one.type));
  for (const place of places.filter(isPlain)) {
    for (const button of look.buttons(PHRASES, place)) {
      const aim = look.aim(button);
      if (aim) {
        state.ageClicks += 1;
        return aim;
      }
    }
  }
  return null;
}
