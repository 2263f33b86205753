// Click "load more" and its like as long as each click makes the page longer.
(look, state) => {
  const PHRASES = [
    /^(댓글|답글|결과|목록|게시물|상품|리뷰|후기)?\s*(\d+개\s*)?더\s?(보기|불러오기)$/,
    /^(이전|다음|나머지)\s?(댓글|답글)(\s?\d+개)?(\s?더)?\s?보기$/,
    /^(load|show|view|see) (\d+ )?more( (comments?|replies|results?|posts?|items?|reviews?))?$/,
    /^more (comments|replies|results|posts|items|reviews)$/,
    /^더 보기 ?\(\d+\)$/,
  ];
  state.sizes ??= new WeakMap();
  const size = `${look.all("*").length}/${look.root().scrollHeight}/${look.root().textContent.length}`;
  for (const button of look.buttons(PHRASES)) {
    const was = state.sizes.get(button);
    const aim = was === size ? null : look.aim(button);
    if (aim) {
      state.sizes.set(button, size);
      return aim;
    }
  }
  return null;
}
